//! Repositories as publishers have them, and what the relations say of them.

use super::super::{Graph, Node, Question, first_change};
use super::repository::{IMAGE, INDEX, Spec, digest, graph, name, names, parse, read};
use crate::reference::Digest;

/// What the relations say of each image: its role, its platforms in parentheses, and the tags
/// through which it is in use, or that it counts as in use without a tag. Then the requests that delete all unused images.
fn report(lines: &str) -> String {
    let specs: Vec<_> = lines.lines().map(Spec::read).collect();
    let mut graph = graph(&specs);
    read(&mut graph, &specs, Question::UsedBy);
    read(&mut graph, &specs, Question::Unused);
    let all: Vec<_> = specs.iter().map(|spec| spec.digest.as_str()).collect();
    let platforms = graph.platforms(&all, true).expect("all manifests");
    let used_by = graph.used_by().expect("all manifests");
    let unused = graph.unused().expect("all manifests");
    let joined = |list: Option<&Vec<&str>>| list.map(|list| list.join(" ")).unwrap_or_default();
    let mut report: Vec<_> = specs
        .iter()
        .map(|spec| {
            let role = graph.role(&spec.digest).expect("a listed image").name();
            let platforms = match joined(platforms.get(&*spec.digest)) {
                none if none.is_empty() => none,
                some => format!(" ({some})"),
            };
            let tags = joined(used_by.get(&*spec.digest));
            let used = match (tags.as_str(), unused.contains(&*spec.digest)) {
                ("", true) => "unused",
                ("", false) => "orphan",
                (tags, is_unused) => {
                    assert!(!is_unused, "{} has {tags}", spec.name);
                    tags
                }
            };
            format!("{} {role}{platforms}: {used}", spec.name)
        })
        .collect();
    let candidates: Vec<_> = unused.into_iter().collect();
    let plan = graph.deletion(&candidates).expect("all manifests");
    assert_eq!((plan.held, plan.attached), (0, 0));
    if !candidates.is_empty() {
        let requests: Vec<_> = plan
            .requests
            .iter()
            .map(|request| names(request).join(" "))
            .collect();
        report.push(format!("delete {}", requests.join(" | ")));
    }
    report.join("\n")
}

/// Compares the report of a repository; the lines of both are separated by `; `.
#[track_caller]
fn assert_report(lines: &str, expected: &str) {
    assert_eq!(
        report(&lines.replace("; ", "\n")),
        expected.replace("; ", "\n")
    );
}

/// The same for a repository that has a root besides these images.
#[track_caller]
fn assert_report_beside_root(lines: &str, expected: &str) {
    let root = "ROOT image: root";
    let expected = match expected.split_once("; delete ") {
        Some((images, requests)) => format!("{images}; {root}; delete {requests}"),
        None => format!("{expected}; {root}"),
    };
    assert_report(&format!("{lines}; ROOT #root"), &expected);
}

#[test]
fn children_are_used_through_the_tags_of_their_indexes() {
    assert_report(
        "I #v1 =A:linux/amd64,B:linux/arm64; A; B",
        "I index (linux/amd64 linux/arm64): v1; A image (linux/amd64): v1; B image (linux/arm64): v1",
    );
    // A tagged child has its own tag first.
    assert_report("I #a =A; A #z", "I index: a; A image: z a");
    // A tag on a child does not keep the index.
    assert_report("I =A; A #z", "I index: unused; A image: z; delete I");
}

#[test]
fn orphaned_and_partial_indexes_hold_what_is_left() {
    // B is gone.
    assert_report(
        "I #v1 =A:linux/amd64,B:linux/arm64; A",
        "I index (linux/amd64 linux/arm64): v1; A image (linux/amd64): v1",
    );
    assert_report("I #v1 =A,B", "I index: v1");
    assert_report_beside_root("I =A,B", "I index: unused; delete I");
    assert_report("I #v1 =", "I index: v1");
}

/// It may belong to an image that is kept elsewhere.
#[test]
fn what_names_an_image_that_is_not_here_counts_as_in_use() {
    // B is gone; the tag that held it is not passed on to its signature.
    assert_report(
        "I #v1 =A,B; A; S >B",
        "I index: v1; A image: v1; S image: orphan",
    );
    assert_report_beside_root(
        "S #~B.sig; A",
        "S signature: orphan; A image: unused; delete A",
    );
    // With all that it holds and that refers to it, in any depth.
    assert_report_beside_root(
        "R #~B.x =J,T!; J =A; A; T; S >A; U #~S.sig; V >R; L; M >L",
        "R index: orphan; J index: orphan; A image: orphan; T attestation: orphan; S image: orphan; \
         U signature: orphan; V image: orphan; L image: unused; M image: unused; delete L | M",
    );
    // What an unused index holds may be an orphan, or what refers to it; the index is unused.
    assert_report_beside_root(
        "I =A,S; A; S >B; T >I; U >T #~B.sig",
        "I index: unused; A image: unused; S image: orphan; T image: unused; U signature: orphan; \
         delete I | A T",
    );
    // One of two names is enough, and a tag that reaches it is what is shown.
    assert_report_beside_root(
        "A; S #~A.sig #~B.sig; T #~A.sig >B; C #v1; U #~C.sig >B",
        "A image: unused; S signature: orphan; T signature: orphan; C image: v1; U signature: v1; \
         delete A",
    );
    let specs = ["C #v1", "S >B", "T #~B.sig", "U #~C.sig >B", "V >S"].map(Spec::read);
    let mut graph = graph(&specs);
    read(&mut graph, &specs, Question::Unused);
    assert_eq!(graph.used_orphans().len(), 2);
}

#[test]
fn without_a_root_nothing_is_unused() {
    assert_report(
        "I =A; A; S #~A.sig; L; B >L",
        "I index: orphan; A image: orphan; S signature: orphan; L image: orphan; B image: orphan",
    );
    assert_eq!(steps("I =A; A; S #~A.sig", Question::Unused), "");
}

/// They hold and refer to nothing, and their manifests cannot be verified.
#[test]
fn docker_schema_1_is_not_read() {
    let repository = "A ^; B #v1 ^; C #~X.sig ^; I #v2 =D; D ^";
    let deleted = digest("A");
    let deletion = Question::Deletion(&[&deleted]);
    for question in [Question::Unused, Question::UsedBy, deletion] {
        assert_eq!(steps(repository, question), "I");
    }
    assert_report(
        repository,
        "A image: unused; B image: v1; C signature: orphan; I index: v2; D image: v2; delete A",
    );
}

#[test]
fn attestations_of_builds_are_no_platforms() {
    assert_report(
        "I #v1 =A:linux/amd64,T!; A; T",
        "I index (linux/amd64): v1; A image (linux/amd64): v1; T attestation: v1",
    );
    assert_report_beside_root(
        "I =A:linux/amd64,T!; A; T *application/vnd.in-toto+json",
        "I index (linux/amd64): unused; A image (linux/amd64): unused; T attestation: unused; \
         delete I | A T",
    );
}

#[test]
fn signatures_by_tag_share_the_fate_of_their_image() {
    assert_report(
        "A #v1; S #~A.sig; T #~A.att; B #~A.sbom; X #~A.other",
        "A image: v1; S signature: v1; T attestation: v1; B sbom: v1; X image: v1",
    );
    assert_report_beside_root(
        "A; S #~A.sig; T #~S.sig",
        "A image: unused; S signature: unused; T signature: unused; delete A | S | T",
    );
    // The signature of a child, of an index, and of both.
    assert_report(
        "I #v1 =A; A; S #~A.sig; T #~I.sig; J; U #~J.sig #~A.att",
        "I index: v1; A image: v1; S signature: v1; T signature: v1; J image: unused; \
         U signature: v1; delete J",
    );
    // An ordinary tag keeps a signature without its image.
    assert_report("S #~B.sig #keep", "S signature: keep");
}

#[test]
fn a_digest_tag_on_its_own_image_is_an_ordinary_tag() {
    let own = super::repository::digest_tag("A", ".sig");
    assert_report(
        "A #~A.sig; S >A",
        &format!("A image: {own}; S image: {own}"),
    );
}

#[test]
fn signatures_by_subject_share_the_fate_of_their_image() {
    assert_report(
        "A #v1; S >A *application/vnd.dev.cosign.simplesigning.v1+json; B >S *text/spdx+json",
        "A image: v1; S signature: v1; B sbom: v1",
    );
    assert_report_beside_root(
        "B >A *application/spdx+json; A",
        "B sbom: unused; A image: unused; delete A | B",
    );
    // The subject of a used image is not used by it.
    assert_report("S #v1 >A; A", "S image: v1; A image: unused; delete A");
    // A signature of a child, and a subject that is an index.
    assert_report(
        "I #v1 =A; A; S >A; T >I; U >T",
        "I index: v1; A image: v1; S image: v1; T image: v1; U image: v1",
    );
    // By tag of one image and by subject of another.
    assert_report(
        "A; B #v1; S #~A.sig >B",
        "A image: unused; B image: v1; S signature: v1; delete A",
    );
}

#[test]
fn an_index_of_referrers_is_used_through_its_subject() {
    assert_report(
        "A #v1; R #~A.referrers =S; S >A",
        "A image: v1; R index: v1; S image: v1",
    );
    assert_report_beside_root(
        "A; R #~A.referrers =S; S >A",
        "A image: unused; R index: unused; S image: unused; delete A | R | S",
    );
}

/// Of digest tags and subjects; no index can hold itself.
#[test]
fn circles_end() {
    assert_report_beside_root(
        "S #~T.sig; T #~S.sig; A >B; B #~A.x; U >S",
        "S signature: unused; T signature: unused; A image: unused; B image: unused; \
         U image: unused; delete A B S T U",
    );
    assert_report(
        "I #v1 =A #~S.x; A; S >A",
        "I index: v1; A image: v1; S image: v1",
    );
    // An index that holds the image that it refers to: the service wants the index first.
    assert_report_beside_root(
        "I =A >A; J =B #~B.x; A; B; C; S >C",
        "I index: unused; J index: unused; A image: unused; B image: unused; C image: unused; \
         S image: unused; delete C | S | I J | A B",
    );
}

#[test]
fn a_row_without_a_media_type_may_be_an_index() {
    assert_report("I #v1 =A ?; A", "I index: v1; A image: v1");
    let specs = ["I #v1 =A ?", "A", "B #v2 ?"].map(Spec::read);
    let mut graph = graph(&specs);
    assert_eq!(read(&mut graph, &specs, Question::Unused), [["I", "B"]]);
}

/// The names of the manifests that a question needs, in steps.
fn steps(lines: &str, question: Question<'_>) -> String {
    let specs: Vec<_> = lines.split("; ").map(Spec::read).collect();
    let mut graph = graph(&specs);
    let steps = read(&mut graph, &specs, question);
    let steps: Vec<_> = steps.iter().map(|step| step.join(" ")).collect();
    steps.join(" | ")
}

#[test]
fn a_question_reads_only_what_it_needs() {
    let repository = "I #v1 =A,J; J =B; A; B; C; D #v2; S #~D.sig; T #~X.sig";
    assert_eq!(steps(repository, Question::Unused), "I J | C");
    assert_eq!(steps(repository, Question::UsedBy), "I J A B C | T");
    let [image, tagged, index, nested, signature] = ["A", "D", "I", "J", "T"].map(digest);
    // C and T stay, A is held, and nothing is known of the subject of T.
    assert_eq!(
        steps(repository, Question::Deletion(&[&image, &tagged])),
        "I J | D"
    );
    assert_eq!(
        steps(repository, Question::Deletion(&[&signature])),
        "I J | T"
    );
    assert_eq!(steps(repository, Question::Deletion(&[])), "I J");
    let platforms = |of: &[&str], own| steps(repository, Question::Platforms { of, own });
    assert_eq!(platforms(&[&index], true), "I | J");
    assert_eq!(platforms(&[&nested], false), "J");
    assert_eq!(platforms(&[&nested, &image], true), "I J");
    assert_eq!(platforms(&[&image, &tagged], false), "");
}

#[test]
fn nested_indexes_that_are_not_listed_are_read_for_platforms() {
    let child = |name| format!(r#"{{"mediaType":"{INDEX}","digest":"{}"}}"#, digest(name));
    // Another entry for the same index may leave out its media type.
    let bare = format!(r#"{{"digest":"{}"}}"#, digest("J"));
    let index = format!(r#"{{"manifests":[{bare},{},{}]}}"#, child("J"), child("K"));
    let nested = child("A").replace('}', r#","platform":{"os":"linux","architecture":"arm64"}}"#);
    let nested = format!(r#"{{"manifests":[{}]}}"#, nested.replace(INDEX, IMAGE));
    let specs = [Spec::read("I #v1 =")];
    let mut graph = graph(&specs);
    let of = [specs[0].digest.as_str()];
    let question = Question::Platforms {
        of: &of,
        own: false,
    };
    let mut read = Vec::new();
    for content in [Some(&*index), Some(&*nested), None] {
        let unread = graph.unread(question);
        read.push(name(unread[0].as_str()));
        assert!(graph.platforms(&of, false).is_err());
        graph.add(&unread[0], content.map(parse));
    }
    assert_eq!(read, ["I", "J", "K"]);
    let platforms = graph.platforms(&of, false).expect("all manifests");
    assert_eq!(platforms[of[0]], ["linux/arm64"]);
    assert_eq!(graph.gone(&of), [""; 0]);
    // It is no row, and has no role.
    assert_eq!(graph.role(&digest("J")), None);
}

#[test]
fn an_image_that_the_listing_repeats_has_the_tags_of_both() {
    let specs = ["A #v1", "A #v2", "A"].map(Spec::read);
    let mut graph = graph(&specs);
    read(&mut graph, &specs, Question::UsedBy);
    assert_eq!(
        graph.used_by().expect("all manifests")[&*digest("A")],
        ["v1", "v2"]
    );
}

/// Deletes `candidates` from the repository: requests, then how many are held and attached, and how
/// many stay without an image that they refer to.
fn plan(lines: &str, candidates: &str) -> String {
    let specs: Vec<_> = lines.split("; ").map(Spec::read).collect();
    let mut graph = graph(&specs);
    let candidates: Vec<_> = candidates.split(' ').map(digest).collect();
    let candidates: Vec<_> = candidates.iter().map(String::as_str).collect();
    read(&mut graph, &specs, Question::Deletion(&candidates));
    let plan = graph.deletion(&candidates).expect("all manifests");
    let requests: Vec<_> = plan
        .requests
        .iter()
        .map(|request| names(request).join(" "))
        .collect();
    format!(
        "{} / {} {}{}",
        requests.join(" | "),
        plan.held,
        plan.attached,
        match plan.bereaved {
            0 => String::new(),
            count => format!(" without {count}"),
        }
    )
}

#[test]
fn what_stays_protects_what_it_holds_and_is_signed_by() {
    assert_eq!(plan("I =A,B; A; B", "A"), " / 1 0");
    assert_eq!(plan("I =A,B; A; B", "I A"), "I | A / 0 0");
    assert_eq!(plan("I =J; J =A; A; B", "J A B"), "B / 2 0");
    assert_eq!(plan("A #v1; S >A; T #~A.sig; U >S", "S T U"), " / 0 3");
    assert_eq!(
        plan("A #v1; S >A; T #~A.sig", "A S"),
        "A | S / 0 0 without 1"
    );
    // Held is the reason that counts, because the service would refuse.
    assert_eq!(plan("I #v1 =A,S; A; S >A", "S"), " / 1 0");
    // A signature may hold images, and an image that is left out protects others.
    assert_eq!(plan("A #v1; R #~A.sig =S; S", "R S"), " / 1 1");
    // By tag and by subject, each once. S goes too, and what refers to it is not known to.
    assert_eq!(
        plan("A #v1; B; S >A; T #~A.sig #~B.x; U =C >A; C", "A B S"),
        "A B | S / 0 0 without 2"
    );
    assert_eq!(
        plan("A #v1; S #v2 >A; T #~S.sig; X #~Y.sig", "A"),
        "A / 0 0"
    );
    // What is not in the repository is not deleted.
    assert_eq!(plan("I =A,X; A", "I X Y"), "I / 0 0");
}

#[test]
fn any_change_of_digests_tags_or_media_types_is_found() {
    let tags = ["v1", "latest"].map(str::to_owned);
    let reversed = ["latest", "v1"].map(str::to_owned);
    let node = |digest, tags, media_type, config_type| Node {
        digest,
        tags,
        media_type,
        config_type,
    };
    let image = node("b", &tags[..], Some("m"), Some("c"));
    let [other, same, fewer, untagged, untyped, retyped, renamed] = [
        node("a", &[], None, None),
        node("b", &reversed, Some("m"), Some("c")),
        node("b", &tags[..1], Some("m"), Some("c")),
        node("b", &[], Some("m"), Some("c")),
        node("b", &tags, None, Some("c")),
        node("b", &tags, Some("m"), Some("d")),
        node("c", &tags, Some("m"), Some("c")),
    ];
    assert_eq!(first_change([image, other], [other, same]), None);
    // However often the service lists a row.
    assert_eq!(first_change([image, other, same], [image, other]), None);
    assert_eq!(first_change([other, image], [other, same, image]), None);
    assert_eq!(first_change([image], [image, fewer]), None);
    assert_eq!(first_change([image, retyped], [image]), Some("b"));
    for changed in [fewer, untagged, untyped, retyped] {
        assert_eq!(first_change([image, other], [other, changed]), Some("b"));
        assert_eq!(first_change([changed], [image]), Some("b"));
    }
    assert_eq!(first_change([image], [image, renamed]), Some("c"));
    assert_eq!(first_change([image, renamed], [renamed]), Some("b"));
    assert_eq!(first_change([image, other], [renamed]), Some("a"));
}

/// `count` digests that begin with `digit`.
fn numbered(digit: char, count: usize) -> Vec<String> {
    let digests = 0..count;
    digests
        .map(|number| format!("sha256:{digit}{number:063x}"))
        .collect()
}

/// A hundred thousand images, and chains as long as the stack is not: no step may be quadratic, or
/// recurse.
#[test]
fn the_largest_repository_is_answered() {
    let (images, indexes) = (numbered('0', 80_000), numbered('f', 20_000));
    let tag = ["v1".to_owned()];
    let node = |digest, media_type, tags| Node {
        digest,
        tags,
        media_type: Some(media_type),
        ..Node::default()
    };
    let images_listed = images
        .iter()
        .map(|digest| node(digest.as_str(), IMAGE, &[][..]));
    let indexes_listed = (indexes.iter().enumerate())
        .map(|(number, digest)| node(digest, INDEX, if number == 0 { &tag } else { &[] }));
    let mut graph = Graph::new(images_listed.chain(indexes_listed)).expect("digests");
    let add = |graph: &mut Graph, digest: &str, content: &str| {
        graph.add(
            &Digest::canonical(digest).expect("a digest"),
            Some(parse(content)),
        );
    };
    // Each index holds the next one and three images.
    for (number, index) in indexes.iter().enumerate() {
        let next = indexes.get(number + 1).into_iter();
        let children = next.chain(&images[4 * number..4 * number + 3]);
        let entries: Vec<_> = children
            .map(|digest| format!(r#"{{"digest":"{digest}","platform":{{"os":"linux"}}}}"#))
            .collect();
        let content = format!(r#"{{"manifests":[{}]}}"#, entries.join(","));
        add(&mut graph, index, &content);
    }
    assert_eq!(graph.unread(Question::Unused).len(), 20_000);
    // Each fourth image refers to the one that is four before it; the first refers to nothing.
    for number in (3..images.len()).step_by(4) {
        let subject = images.get(number.wrapping_sub(4));
        let subject = subject.map(|subject| format!(r#""subject":{{"digest":"{subject}"}}"#));
        let content = format!("{{{}}}", subject.unwrap_or_default());
        add(&mut graph, &images[number], &content);
    }
    assert_eq!(graph.unused().expect("all manifests").len(), 20_000);
    for image in &images {
        add(&mut graph, image, "{}");
    }
    let all: Vec<_> = images.iter().chain(&indexes).map(String::as_str).collect();
    let plan = graph.deletion(&all).expect("all manifests");
    assert_eq!(plan.requests.concat().len(), 100_000);
    let platforms = graph.platforms(&all, true).expect("all manifests");
    assert_eq!(platforms[&*indexes[0]], ["linux"]);
    let used_by = graph.used_by().expect("all manifests");
    assert_eq!(used_by.len(), 80_000);
    assert_eq!(used_by[&*images[79_996]], ["v1"]);
}

/// A step for each image from each image before it would take minutes.
#[test]
fn a_long_chain_of_referrers_is_answered() {
    let images = numbered('0', 50_000);
    let tag = ["v1".to_owned()];
    let nodes = images.iter().enumerate().map(|(number, digest)| Node {
        digest,
        tags: if number == 0 { &tag } else { &[] },
        media_type: Some(IMAGE),
        ..Node::default()
    });
    let mut graph = Graph::new(nodes).expect("digests");
    for (subject, referrer) in images.iter().zip(&images[1..]) {
        let content = format!(r#"{{"subject":{{"digest":"{subject}"}}}}"#);
        let referrer = Digest::canonical(referrer).expect("a digest");
        graph.add(&referrer, Some(parse(&content)));
    }
    let used_by = graph.used_by().expect("all manifests");
    assert!(images.iter().all(|image| used_by[image.as_str()] == ["v1"]));
}
