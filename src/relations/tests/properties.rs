//! Properties of any repository, circles of digest tags and subjects among them.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::super::Question;
use super::repository::{INDEX, Spec, digest, digest_tag, graph, name, names, parse, read};
use crate::reference::Digest;

const MOST: usize = 10;
/// Names beyond those that are listed: images that are gone.
const GONE: usize = 2;
const PLATFORMS: [&str; 3] = ["linux/amd64", "linux/arm64", "unknown/unknown"];

fn any_name() -> impl Strategy<Value = String> {
    (0..MOST + GONE).prop_map(name_of)
}

fn name_of(number: usize) -> String {
    char::from(b'A' + u8::try_from(number).expect("a small number")).to_string()
}

prop_compose! {
    fn any_image()(
        tags in prop::collection::vec(0..4_u8, 0..2),
        digest_tags in prop::collection::vec(any_name(), 0..2),
        children in prop::option::of(prop::collection::vec(
            (any_name(), prop::option::of(0..PLATFORMS.len()), any::<bool>()),
            0..5,
        )),
        subject in prop::option::weighted(0.3, any_name()),
        has_media_type in prop::bool::weighted(0.9),
    ) -> Spec {
        let tags = tags.iter().map(|number| format!("v{number}"));
        let digest_tags = digest_tags.iter().map(|name| digest_tag(name, ".sig"));
        let entry = |(name, platform, is_attestation): (String, Option<usize>, bool)| {
            (name, platform.map(|number| PLATFORMS[number].to_owned()), is_attestation)
        };
        let mut image = Spec::new("");
        image.tags = tags.chain(digest_tags).collect();
        image.subject = subject;
        if let Some(children) = children {
            image.media_type = Some(INDEX);
            image.children = Some(children.into_iter().map(entry).collect());
        }
        image.media_type = image.media_type.filter(|_| has_media_type);
        image
    }
}

/// The images of a repository, named in order.
fn any_repository() -> impl Strategy<Value = Vec<Spec>> {
    prop::collection::vec(any_image(), 1..MOST).prop_map(|mut images| {
        for (number, image) in images.iter_mut().enumerate() {
            let Spec { name, digest, .. } = Spec::new(&name_of(number));
            (image.name, image.digest) = (name, digest);
            image.tags.dedup();
            // An index cannot hold itself: no manifest has the digest of one that has its own.
            let held = image.children.iter_mut();
            held.for_each(|held| held.retain(|(child, ..)| *child > image.name));
        }
        images
    })
}

type Edges = BTreeSet<(String, String)>;

/// What holds what, and what is referred to by what, among listed images.
fn edges(images: &[Spec]) -> (Edges, Edges) {
    let (mut holds, mut referred) = (Edges::new(), Edges::new());
    for image in images {
        for (child, ..) in image.children.iter().flatten() {
            holds.insert((image.name.clone(), child.clone()));
        }
        referred.extend(
            image
                .subject
                .iter()
                .map(|subject| (subject.clone(), image.name.clone())),
        );
        let named = image
            .tags
            .iter()
            .filter_map(|tag| Some(name(Digest::in_tag(tag)?.0.as_str())));
        referred.extend(named.map(|named| (named, image.name.clone())));
    }
    let is_listed = |name: &String| images.iter().any(|image| image.name == *name);
    for edges in [&mut holds, &mut referred] {
        edges.retain(|(from, to)| is_listed(from) && is_listed(to));
    }
    (holds, referred)
}

/// Everything that `start` reaches, found in the slowest way.
fn reached(mut reached: BTreeSet<String>, edges: &[Edges]) -> BTreeSet<String> {
    loop {
        let before = reached.len();
        for (from, to) in edges.iter().flatten() {
            if reached.contains(from) {
                reached.insert(to.clone());
            }
        }
        if reached.len() == before {
            return reached;
        }
    }
}

fn ordinary_tags(image: &Spec) -> impl Iterator<Item = &str> {
    let is_ordinary =
        |tag: &&String| Digest::in_tag(tag).is_none_or(|(named, _)| named.as_str() == image.digest);
    image.tags.iter().filter(is_ordinary).map(String::as_str)
}

fn roots(images: &[Spec]) -> BTreeSet<String> {
    let tagged = images
        .iter()
        .filter(|image| ordinary_tags(image).next().is_some());
    tagged.map(|image| image.name.clone()).collect()
}

/// What names an image that is not in the repository.
fn orphans(images: &[Spec]) -> BTreeSet<String> {
    let is_listed = |digest: &str| images.iter().any(|image| image.digest == *digest);
    let is_orphan = |image: &&Spec| {
        let tags = image.tags.iter().filter_map(|tag| Digest::in_tag(tag));
        let mut named = tags.map(|(digest, _)| digest.as_str().to_owned());
        named.any(|digest| !is_listed(&digest))
            || (image.subject.as_ref()).is_some_and(|subject| !is_listed(&digest(subject)))
    };
    let orphans = images.iter().filter(is_orphan);
    orphans.map(|image| image.name.clone()).collect()
}

/// Every answer on the repository, as text.
fn answers(images: &[Spec], candidates: &[&str]) -> String {
    let mut graph = graph(images);
    let all: Vec<_> = images.iter().map(|image| image.digest.as_str()).collect();
    for question in [
        Question::Platforms {
            of: &all,
            own: true,
        },
        Question::UsedBy,
        Question::Unused,
        Question::Deletion(candidates),
    ] {
        read(&mut graph, images, question);
    }
    let platforms = graph.platforms(&all, true).expect("all manifests");
    let used_by = graph.used_by().expect("all manifests");
    let unused = graph.unused().expect("all manifests");
    let of_images: BTreeMap<_, _> = (all.iter())
        .map(|digest| {
            let (platforms, tags) = (platforms.get(digest), used_by.get(digest));
            (
                digest,
                (platforms, tags, graph.role(digest), unused.contains(digest)),
            )
        })
        .collect();
    let plan = graph.deletion(candidates).expect("all manifests");
    format!("{of_images:#?} {} {plan:#?}", graph.used_orphans().len())
}

fn any_selection() -> impl Strategy<Value = Vec<bool>> {
    prop::collection::vec(any::<bool>(), MOST)
}

fn selected<'a>(images: &'a [Spec], selection: &[bool]) -> Vec<&'a str> {
    let selected = images
        .iter()
        .zip(selection)
        .filter(|(_, selected)| **selected);
    selected.map(|(image, _)| &*image.digest).collect()
}

/// What is on a circle of these edges, or what a circle leads to.
fn behind_circles(edges: &Edges) -> BTreeSet<String> {
    let from = |name: &String| reached(BTreeSet::from([name.clone()]), std::slice::from_ref(edges));
    let on_circles = edges
        .iter()
        .filter(|(start, next)| from(next).contains(start));
    let on_circles = on_circles.map(|(start, _)| start.clone()).collect();
    reached(on_circles, std::slice::from_ref(edges))
}

proptest! {
    #[test]
    fn exactly_what_no_root_and_no_orphan_reaches_is_unused(mut images in any_repository()) {
        let (holds, referred) = edges(&images);
        let edges_of_all = [holds, referred];
        let (roots, orphans) = (roots(&images), orphans(&images));
        let in_use = reached(roots.union(&orphans).cloned().collect(), &edges_of_all);
        let mut graph = graph(&images.clone());
        let steps = read(&mut graph, &images, Question::Unused);
        prop_assert!(steps.len() <= 2, "{steps:?}");
        let unused: BTreeSet<_> = names(graph.unused().expect("all manifests")).into_iter().collect();
        let unreached = images.iter().filter(|image| !in_use.contains(&image.name));
        let expected: BTreeSet<_> = unreached.map(|image| image.name.clone()).collect();
        prop_assert_eq!(graph.has_roots(), !roots.is_empty());
        prop_assert_eq!(unused, if roots.is_empty() { BTreeSet::new() } else { expected });
        // Those of images that are in use by a tag in the listing may not be known.
        let read = steps.concat();
        let unread = images.iter_mut().filter(|image| !read.contains(&image.name));
        unread.for_each(|image| image.subject = None);
        let (_, referred) = edges(&images);
        let used = reached(roots.clone(), &[edges_of_all[0].clone(), referred]);
        let expected = self::orphans(&images).difference(&used).count();
        prop_assert!(roots.is_empty() || graph.used_orphans().len() == expected);
    }

    /// Subjects of tagged images are not read: they could only add tags.
    #[test]
    fn the_tags_of_every_root_that_reaches_an_image_use_it(mut images in any_repository()) {
        let (holds, referred) = edges(&images);
        let used = reached(roots(&images), &[holds, referred]);
        let listing = images.clone();
        let mut graph = graph(&listing);
        let read: Vec<_> = read(&mut graph, &images, Question::UsedBy).concat();
        let unread = images.iter_mut().filter(|image| !read.contains(&image.name));
        unread.for_each(|image| image.subject = None);
        let (holds, referred) = edges(&images);
        let edges = [holds, referred];
        let used_by = graph.used_by().expect("all manifests");
        for image in &images {
            let tags = used_by.get(&*image.digest);
            prop_assert_eq!(tags.is_some(), used.contains(&image.name));
            let users = images.iter().filter(|user| {
                reached(BTreeSet::from([user.name.clone()]), &edges).contains(&image.name)
            });
            let mut expected: Vec<_> = users.flat_map(ordinary_tags).collect();
            let mut tags = tags.cloned().unwrap_or_default();
            let own = ordinary_tags(image).count();
            prop_assert!(tags.iter().take(own).all(|tag| image.tags.iter().any(|own| own == tag)));
            tags.sort_unstable();
            expected.sort_unstable();
            prop_assert_eq!(tags, expected);
        }
    }

    #[test]
    fn every_order_of_input_gives_the_same_answers(
        (images, shuffled) in any_repository().prop_flat_map(|images| {
            (Just(images.clone()), Just(images).prop_shuffle())
        }),
        selection in any_selection(),
    ) {
        let candidates = selected(&images, &selection);
        let reversed: Vec<_> = candidates.iter().rev().copied().collect();
        prop_assert_eq!(answers(&images, &candidates), answers(&shuffled, &reversed));
    }

    #[test]
    fn what_stays_keeps_what_it_reaches(images in any_repository(), selection in any_selection()) {
        let (holds, referred) = edges(&images);
        let candidates = selected(&images, &selection);
        let mut graph = graph(&images);
        read(&mut graph, &images, Question::Deletion(&candidates));
        let plan = graph.deletion(&candidates).expect("all manifests");
        let deleted: BTreeSet<_> = names(plan.requests.iter().flatten()).into_iter().collect();
        let staying = images.iter().filter(|image| !candidates.contains(&&*image.digest));
        let staying = staying.map(|image| image.name.clone()).collect();
        let stays = reached(staying, &[holds.clone(), referred.clone()]);
        let expected: BTreeSet<_> = names(&candidates).into_iter().filter(|name| !stays.contains(name)).collect();
        prop_assert_eq!(&deleted, &expected);
        prop_assert_eq!(deleted.len() + plan.held + plan.attached, candidates.len());
        let held = names(&candidates).into_iter().filter(|name| {
            stays.contains(name) && holds.iter().any(|(from, to)| to == name && stays.contains(from))
        });
        prop_assert_eq!(plan.held, held.count());
        prop_assert_eq!(plan.requests.concat().len(), deleted.len());
        let by_tag = images.iter().filter(|image| !deleted.contains(&image.name) && {
            let named = image.tags.iter().filter_map(|tag| Some(name(Digest::in_tag(tag)?.0.as_str())));
            named.into_iter().any(|named| deleted.contains(&named))
        });
        prop_assert!(plan.bereaved >= by_tag.count());
        let alone = referred.iter().filter(|(from, to)| deleted.contains(from) && !deleted.contains(to));
        let alone: BTreeSet<_> = alone.map(|(_, to)| to).collect();
        prop_assert!(plan.bereaved <= alone.len());
        prop_assert!(plan.requests.iter().all(|request| (1..=100).contains(&request.len())));
    }

    #[test]
    fn an_index_is_deleted_in_an_earlier_request_than_what_it_holds(
        images in any_repository(),
        selection in any_selection(),
    ) {
        let (holds, referred) = edges(&images);
        let candidates = selected(&images, &selection);
        let mut graph = graph(&images);
        read(&mut graph, &images, Question::Deletion(&candidates));
        let plan = graph.deletion(&candidates).expect("all manifests");
        let requests: Vec<_> = plan.requests.iter().map(names).collect();
        let request = |name: &String| requests.iter().position(|names| names.contains(name));
        for (index, child) in &holds {
            let (Some(earlier), Some(later)) = (request(index), request(child)) else { continue };
            prop_assert!(earlier < later, "{} holds {}", index, child);
        }
        // What the service requires goes before this.
        let mut all: Edges = holds.union(&referred).cloned().collect();
        all.retain(|(from, to)| request(from).is_some() && request(to).is_some());
        let exempt = behind_circles(&all);
        for (subject, referrer) in referred.intersection(&all).filter(|(subject, _)| !exempt.contains(subject)) {
            prop_assert!(request(subject) < request(referrer), "{} refers to {}", referrer, subject);
        }
    }

    /// The platforms of an index are those of its entries and of what it holds, each once.
    #[test]
    fn an_index_has_the_platforms_of_all_that_it_holds(images in any_repository()) {
        let (holds, _) = edges(&images);
        let mut graph = graph(&images);
        for image in &images {
            let digest = Digest::canonical(&image.digest).expect("a digest");
            graph.add(&digest, Some(parse(&image.content())));
        }
        let all: Vec<_> = images.iter().map(|image| image.digest.as_str()).collect();
        let platforms = graph.platforms(&all, true).expect("all manifests");
        let own = |image: &Spec| -> Vec<String> {
            let entries = image.children.clone().unwrap_or_default().into_iter();
            let platforms = entries.filter(|(_, _, is_attestation)| !is_attestation);
            platforms.filter_map(|(_, platform, _)| platform).collect()
        };
        for index in images.iter().filter(|image| image.children.is_some()) {
            let start = BTreeSet::from([index.name.clone()]);
            let held = reached(start, std::slice::from_ref(&holds));
            let held = images.iter().filter(|image| held.contains(&image.name));
            let expected: BTreeSet<_> = held.flat_map(own).filter(|name| name != "unknown/unknown").collect();
            let found = &platforms[&*index.digest];
            prop_assert_eq!(found.len(), expected.len());
            prop_assert_eq!(found.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>(), expected);
        }
    }
}
