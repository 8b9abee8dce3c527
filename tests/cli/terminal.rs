//! Output that depends on a terminal: its width, colours, the progress line.

use std::os::unix::process::ExitStatusExt;
use std::process::Command;
use std::time::Duration;

use ecrpub_registry::{Fault, Image, Registry, Repository, sample};
use insta::assert_snapshot;

use crate::harness::{NOW_MS, Run, file, home, small};
use crate::screen::Screen;
pub(crate) use crate::screen::screen;

fn show(columns: u16, registry: &Registry, arguments: &str) -> String {
    screen(
        columns,
        Run::on(registry).arguments(arguments).into_command(),
    )
}

/// An image of 30 tags, one of a single long tag, one of none.
fn many_tags() -> Repository {
    let tags: Vec<_> = (0..30).map(|build| format!("2.0.{build}")).collect();
    let tags: Vec<_> = tags.iter().map(String::as_str).collect();
    let signature = format!("sha256-{}.sig", "0123456789abcdef".repeat(4));
    let images = vec![
        Image::oci(1, 61_204_519, NOW_MS - 7_200_000)
            .index()
            .tagged(&tags),
        Image::oci(2, 7_168, NOW_MS - 259_200_000).tagged(&[&signature, "signed"]),
        Image::oci(3, 999_999_999_999, NOW_MS - 40_000_000_000),
    ];
    Repository::new("web", images)
}

#[test]
fn a_table_fits_80_columns_and_uses_200() {
    let registry = Registry::start([many_tags()]);
    assert_snapshot!(show(80, &registry, "images web"), @"
    DIGEST        PUSHED          SIZE  MANIFEST   TAGS
    7d7e21309e60  2 hours ago  61.2 MB  OCI index  2.0.0, 2.0.1, 2.0.2, 2.0.3 +26
    01af8318b2b6  3 days ago    7.2 kB  OCI image  signed +1
    e5cd15530b5c  1 year ago    1.0 TB  OCI image  -
    3 images, 1 untagged, 1.0 TB
    ");
    assert_snapshot!(show(200, &registry, "images web"), @"
    DIGEST        PUSHED          SIZE  MANIFEST   TAGS
    7d7e21309e60  2 hours ago  61.2 MB  OCI index  2.0.0, 2.0.1, 2.0.2, 2.0.3, 2.0.4, 2.0.5, 2.0.6, 2.0.7, 2.0.8, 2.0.9, 2.0.10, 2.0.11, 2.0.12, 2.0.13, 2.0.14, 2.0.15, 2.0.16, 2.0.17, 2.0.18, 2.0.19 +10
    01af8318b2b6  3 days ago    7.2 kB  OCI image  signed, sha256-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.sig
    e5cd15530b5c  1 year ago    1.0 TB  OCI image  -
    3 images, 1 untagged, 1.0 TB
    ");
}

#[test]
fn a_table_of_tags_cuts_those_of_digests() {
    let registry = Registry::start([many_tags()]);
    assert_snapshot!(show(80, &registry, "tags web --skip 29"), @"
    TAG                                CREATED         SIZE  MANIFEST   DIGEST
    2.0.9                              2 hours ago  61.2 MB  OCI index  7d7e21309e60
    sha256-012345678…456789abcdef.sig  3 days ago    7.2 kB  OCI image  01af8318b2b6
    signed                             3 days ago    7.2 kB  OCI image  01af8318b2b6
    3 tags, at least 7.2 kB
    ");
}

#[test]
fn columns_are_left_out_in_a_narrow_terminal() {
    let registry = Registry::start(sample(NOW_MS));
    let show = |columns| {
        let mixed = "tags storefront public.ecr.aws/docker/library/nginx -L 2 -q";
        let with_platforms = format!("{mixed} --platforms");
        [mixed, &with_platforms]
            .map(|line| show(columns, &registry, line))
            .join("\n")
    };
    assert_snapshot!(show(40), @"
    ALIAS   REPOSITORY     TAG   CREATED
    -       storefront     2     3 hours ago
    -       storefront     2.1   3 hours ago
    docker  library/nginx  1     4 days ago
    docker  library/nginx  1.29  4 days ago

    storefront:
    TAG   CREATED      PLATFORMS
    2     3 hours ago  amd64, arm64
    2.1   3 hours ago  amd64, arm64

    public.ecr.aws/docker/library/nginx:
    TAG   CREATED      PLATFORMS
    1     4 days ago   amd64, arm/v5 +6
    1.29  4 days ago   amd64, arm/v5 +6
    ");
    assert_snapshot!(show(80), @"
    ALIAS   REPOSITORY     TAG   CREATED         SIZE  MANIFEST   DIGEST
    -       storefront     2     3 hours ago  62.5 MB  OCI index  0e27721d9ad4
    -       storefront     2.1   3 hours ago  62.5 MB  OCI index  0e27721d9ad4
    docker  library/nginx  1     4 days ago   72.4 MB  OCI index  ca36ce2625a8
    docker  library/nginx  1.29  4 days ago   72.4 MB  OCI index  ca36ce2625a8

    ALIAS   REPOSITORY     TAG   CREATED         SIZE  PLATFORMS     DIGEST
    -       storefront     2     3 hours ago  62.5 MB  amd64, arm64  0e27721d9ad4
    -       storefront     2.1   3 hours ago  62.5 MB  amd64, arm64  0e27721d9ad4
    docker  library/nginx  1     4 days ago   72.4 MB  amd64 +7      ca36ce2625a8
    docker  library/nginx  1.29  4 days ago   72.4 MB  amd64 +7      ca36ce2625a8
    ");
}

#[test]
fn what_is_asked_for_stays_in_a_narrow_terminal() {
    let registry = Registry::start(sample(NOW_MS));
    let shown = [
        "images team/web --platforms --tagged --skip 1",
        "images team/web --used-by",
        "images team/web --unused",
        "images team/web -c +manifest",
        "tags public.ecr.aws/eks-distro/kubernetes/* --sort size",
    ];
    let shown = shown.map(|line| show(48, &registry, &format!("{line} -L 2 -q")));
    assert_snapshot!(shown.join("\n"), @"
    DIGEST        PUSHED       PLATFORMS  TAGS
    c05b9b7b35e4  3 days ago   amd64 +1   2.3.0 +2
    91cd5cb6e79e  2 weeks ago  amd64 +1   2.2.0 +1

    DIGEST        PUSHED         ROLE   USED BY
    8c5e08625851  6 minutes ago  image  -
    0d8c98f80c14  7 minutes ago  image  -

    DIGEST        PUSHED          SIZE  ROLE
    972162dad0d2  3 weeks ago  47.2 MB  index
    8993c9590e91  3 weeks ago  45.3 MB  image

    DIGEST        PUSHED            SIZE  MANIFEST
    8c5e08625851  6 minutes ago  46.4 MB  OCI image
    0d8c98f80c14  7 minutes ago  48.3 MB  OCI image

    public.ecr.aws/eks-distr…ernetes/kube-apiserver:
    TAG                  CREATED           SIZE
    v1.29.4-eks-1-29-40  2 months ago  144.5 MB
    v1.30.2-eks-1-30-11  5 days ago     85.8 MB

    public.ecr.aws/eks-distro/kubernetes/kube-proxy:
    TAG                  CREATED           SIZE
    v1.28.9-eks-1-28-44  3 months ago  174.9 MB
    v1.29.4-eks-1-29-40  2 months ago  143.4 MB
    ");
}

#[test]
fn notes_and_summaries_break_between_words() {
    let registry = Registry::start(sample(NOW_MS));
    assert_snapshot!(show(48, &registry, "repos --usage --limit 3"), @"
    NAME               IMAGES  UNTAGGED      SIZE
    charts/storefront       4         0   73.2 kB
    storefront             12         8  493.9 MB
    team/checkout           6         4  108.7 MB
    3 repositories, 22 images, 12 untagged
    storage: at most 602.6 MB (50 GB are free);
    fullest: storefront, 12 of 100,000 images
    registry 123456789012, `public.ecr.aws/example`
    note: `--limit` leaves out 5 more rows
    ");
    assert_snapshot!(show(48, &registry, "images public.ecr.aws/docker/library/nginx -L 1"), @"
    DIGEST        PUSHED         SIZE  TAGS
    ca36ce2625a8  4 days ago  72.4 MB  1.29.1 +3
    1 tagged image
    note: `--limit` leaves out 5 more rows
    ");
    assert_snapshot!(show(48, &registry, "tags nginx"), @"
    error: repository `nginx` does not exist in your
    registry
    hint: if it is public, list it with
    `ecrpub tags public.ecr.aws/docker/library/nginx`
    hint: list your repositories with `ecrpub repos`
    ");
}

#[test]
fn a_name_is_cut_after_all_other_columns_are_left_out() {
    let name = "v2.1.0-20260717.0123456789abcdef0123456789abcdef01234567-linux";
    let image = Image::oci(1, 61_204_519, NOW_MS - 7_200_000).tagged(&["latest", name]);
    let mut web = many_tags();
    web.images = [vec![image], web.images.iter().skip(1).cloned().collect()]
        .concat()
        .into();
    let repository = "team/of/several/people/with/one/long/name/web";
    let registry = Registry::start([web, Repository::new(repository, vec![])]);
    let tags = [90, 40].map(|columns| show(columns, &registry, "tags web -q"));
    assert_snapshot!(tags.join("\n"), @"
    TAG                                                              CREATED      DIGEST
    latest                                                           2 hours ago  2003c308e67b
    v2.1.0-20260717.0123456789abcdef0123456789abcdef01234567-linux   2 hours ago  2003c308e67b
    sha256-0123456789abcdef01234567…56789abcdef0123456789abcdef.sig  3 days ago   01af8318b2b6
    signed                                                           3 days ago   01af8318b2b6

    TAG
    latest
    v2.1.0-20260717.0123…bcdef01234567-linux
    sha256-0123456789abc…123456789abcdef.sig
    signed
    ");
    assert_snapshot!(show(60, &registry, "repos -q"), @"
    NAME                                           CREATED
    team/of/several/people/with/one/long/name/web  3 years ago
    web                                            3 years ago
    ");
}

#[test]
fn nothing_is_cut_with_the_option_or_in_a_pipe() {
    let registry = Registry::start([many_tags()]);
    let on_request = show(80, &registry, "images web --no-trunc");
    let in_a_pipe = Run::on(&registry).arguments("images web").outcome().data();
    for shown in [on_request, in_a_pipe] {
        assert!(
            shown.contains("2.0.0, 2.0.1") && shown.contains("2.0.29"),
            "{shown}"
        );
    }
}

#[test]
fn times_are_ages_on_a_terminal_and_dates_with_the_option() {
    let registry = Registry::start(small());
    assert_snapshot!(show(80, &registry, "tags web"), @"
    TAG     CREATED         SIZE  MANIFEST   DIGEST
    latest  2 days ago   61.2 MB  OCI index  7d7e21309e60
    1.27.3  1 month ago  61.2 MB  OCI index  7d7e21309e60
    bare    -                  -  -          b61ddc4c7aa6
    3 tags
    ");
    assert_snapshot!(show(80, &registry, "tags web --time iso -c imageTag,createdAt"), @"
    TAG     CREATED
    latest  2024-05-30T12:00:00Z
    1.27.3  2024-04-22T12:00:00Z
    bare    -
    3 tags
    ");
}

#[test]
fn nothing_foreign_reaches_a_terminal_unescaped() {
    let hostile = ["\u{1b}[31m", "a\nb", "\u{202e}\u{200b}\u{e0041}", "\u{9b}"];
    let mut image = Image::oci(1, 1, NOW_MS).tagged(&hostile);
    image.artifact_media_type = Some("\u{1b}]0;title\u{7}".to_owned());
    image.digest = Some("sha256:\u{1b}c".to_owned());
    let registry = Registry::start([Repository::new("web", vec![image])]);

    // A probe without escaping: the terminal passes everything on, and the search finds it.
    let is_harmless = |shown: &str| {
        let is_harmless = |c| matches!(c, '\n' | '…' | ' '..='~');
        shown.chars().all(is_harmless)
    };
    for text in hostile.into_iter().filter(|text| *text != "a\nb") {
        let mut printf = Command::new("printf");
        printf.arg("%s").arg(text);
        let shown = screen(80, printf);
        assert_eq!(shown, text);
        assert!(!is_harmless(&shown), "{shown:?}");
    }

    for format in ["table", "json", "jsonl", "csv", "tsv", "name"] {
        for (command, tags) in [("images", "imageTags"), ("tags", "imageTag")] {
            let columns = match format {
                "name" => String::new(),
                _ => format!("-c imageDigest,{tags},artifactMediaType"),
            };
            let line = format!("{command} web {columns} -o {format}");
            // In a pipe machine formats carry the same bytes unescaped.
            if !matches!(format, "table" | "json" | "jsonl") {
                let piped = Run::on(&registry).arguments(&line).outcome().data();
                assert!(piped.contains('\u{1b}'), "{format}: {piped:?}");
            }
            let shown = show(80, &registry, &line);
            assert!(is_harmless(&shown.replace('\t', "")), "{format}: {shown:?}");
        }
    }
    assert_snapshot!(show(120, &registry, "images web -o jsonl -c imageTags"), @r#"{"imageTags":["\u001b[31m","a\nb","\u202e\u200b\udb40\udc41","\u009b"]}"#);
    assert_snapshot!(show(120, &registry, "images web -o csv -c imageTags --no-headers"), @r"\u{1b}[31m;a\u{a}b;\u{202e}\u{200b}\u{e0041};\u{9b}");
    assert_snapshot!(show(120, &registry, "images web -o tsv -c imageTags --no-headers"), @r"\u{1b}[31m;a\nb;\u{202e}\u{200b}\u{e0041};\u{9b}");
}

/// A run whose terminal has colours.
fn colorful(registry: &Registry, arguments: &str) -> Run {
    let run = Run::on(registry).env("TERM", "xterm-256color");
    run.arguments(arguments)
}

#[test]
fn a_terminal_shows_colours() {
    let registry = Registry::start(small());
    let shown = screen(80, colorful(&registry, "images web").into_command());
    assert_snapshot!(shown.replace('\u{1b}', "␛"), @"
    ␛[1mDIGEST␛[0m        ␛[1mPUSHED␛[0m          ␛[1mSIZE␛[0m  ␛[1mMANIFEST␛[0m   ␛[1mTAGS␛[0m
    ␛[38;5;3m7d7e21309e60␛[39m  1 month ago  61.2 MB  OCI index  ␛[38;5;2m1.27.3, latest␛[39m
    ␛[38;5;3mb52f612f160e␛[39m  1 month ago  58.3 MB  OCI image  ␛[2m-␛[0m
    ␛[38;5;3mb61ddc4c7aa6␛[39m  ␛[2m-␛[0m                  ␛[2m-␛[0m  ␛[2m-␛[0m          ␛[38;5;2mbare␛[39m
    ␛[2m3 images, 1 untagged, 58.3 MB␛[0m
    ");
    let shown = screen(80, colorful(&registry, "images nowhere").into_command());
    assert_snapshot!(shown.replace('\u{1b}', "␛"), @"
    ␛[1m␛[31merror:␛[0m repository `nowhere` does not exist in your registry
    ␛[1m␛[36mhint:␛[0m list your repositories with `ecrpub repos`
    ");
}

#[test]
fn colour_follows_the_option_and_the_environment() {
    let registry = Registry::start(small());
    let has_color = |text: &str| text.contains('\u{1b}');
    let on_terminal = |name: &str, value: &str, arguments: &str| {
        let run = colorful(&registry, arguments).env(name, value);
        has_color(&screen(80, run.into_command()))
    };
    assert!(on_terminal("TERM", "xterm", "images web"));
    assert!(!on_terminal("NO_COLOR", "1", "images web"));
    assert!(!on_terminal("TERM", "dumb", "images web"));
    assert!(!on_terminal("TERM", "xterm", "images web --color never"));
    assert!(on_terminal("NO_COLOR", "1", "images web --color always"));
    let in_a_pipe = |name: &str, arguments: &str| {
        let run = colorful(&registry, arguments).env(name, "1");
        has_color(&run.outcome().data())
    };
    assert!(!in_a_pipe("OTHER", "images web"));
    assert!(in_a_pipe("CLICOLOR_FORCE", "images web"));
    assert!(in_a_pipe("OTHER", "images web --color always"));
    for format in ["json", "jsonl", "csv", "tsv", "name"] {
        let line = format!("images web -o {format}");
        assert!(!in_a_pipe("CLICOLOR_FORCE", &line));
        let line = format!("{line} --color always");
        assert!(!on_terminal("TERM", "xterm", &line), "{format}");
    }
}

#[test]
fn a_table_on_a_terminal_is_summed_up() {
    let registry = Registry::start([many_tags(), Repository::generated("big", 20)]);
    let last_line = |arguments: &str| {
        let shown = show(80, &registry, arguments);
        shown.lines().last().map(str::to_owned)
    };
    let summary = "3 images, 1 untagged, 1.0 TB".to_owned();
    assert_eq!(last_line("images web"), Some(summary));
    // The images of an index may be missing among these.
    let part = last_line("tags web");
    assert_eq!(part.as_deref(), Some("32 tags, at least 7.2 kB"));
    let part = last_line("images web --tagged");
    assert_eq!(part.as_deref(), Some("2 images, at least 7.2 kB"));
    assert_eq!(
        last_line("images web --untagged"),
        Some("1 image, 1 untagged, 1.0 TB".to_owned())
    );
    assert_ne!(last_line("images web -q"), last_line("images web"));
    assert_eq!(
        last_line("tags web -o name -L 1 -q"),
        Some("2.0.0".to_owned())
    );
    let both = last_line("images web big").unwrap();
    assert!(both.starts_with("23 images, "), "{both}");
}

/// A registry that delays the second response until the progress line is shown.
fn slow(images: usize) -> Registry {
    Registry::builder()
        .repository(Repository::generated("big", images))
        .faults(|request| {
            let wait = Duration::from_millis(900);
            (request.number == 2).then_some(Fault::Wait(wait))
        })
        .start()
}

#[test]
fn the_progress_line_leaves_nothing_behind() {
    let registry = slow(3);
    let shown = screen(
        80,
        colorful(&registry, "images big --page-size 2 -o name").into_command(),
    );
    assert!(shown.contains("2 rows, 1 page"), "{shown:?}");
    // Everything after the line was last cleared stays on the screen.
    let (_, rest) = shown.rsplit_once("\u{1b}[2K").expect("the line is cleared");
    assert_eq!(rest.lines().count(), 3, "{rest:?}");
    assert!(
        rest.lines().all(|line| line.starts_with("sha256:")),
        "{rest:?}"
    );
}

#[test]
fn notes_follow_after_the_progress_line_is_cleared() {
    // Rows go to a file, so that the line is shown while they stream, too.
    let script = "\"$0\" images big --page-size 2 --max-pages 2 --sort none -o name > /dev/null";
    // Five images, so that two pages are a part.
    let registry = slow(5);
    let mut command = Run::of("sh", &registry.url()).into_command();
    command
        .env("TERM", "xterm-256color")
        .args(["-c", script])
        .arg(assert_cmd::cargo::cargo_bin("ecrpub"));
    let shown = screen(80, command);
    let (before, note) = shown
        .split_once("note:")
        .expect("a part of a listing is noted");
    assert!(before.contains("2 rows, 1 page"), "{shown:?}");
    assert!(
        !note.contains("\u{1b}[2K"),
        "the line was still there: {shown:?}"
    );
}

fn with_progress(registry: &Registry, arguments: &str) -> String {
    let arguments = format!("images big --page-size 2 -o name {arguments}");
    screen(80, colorful(registry, &arguments).into_command())
}

#[test]
fn the_progress_line_is_left_out() {
    for options in ["-q", "--sort none", "-v"] {
        let shown = with_progress(&slow(3), options);
        let has_line = shown.contains("2 rows, 1 page") || shown.contains('\u{1b}');
        assert!(!has_line, "{options}: {shown:?}");
    }
    // Of quick runs and in pipes.
    let shown = with_progress(&Registry::start([Repository::generated("big", 3)]), "");
    assert!(!shown.contains('\u{1b}'), "{shown:?}");
    let outcome = colorful(&slow(3), "images big --page-size 2 -o name").outcome();
    assert_eq!(outcome.stderr, "");
}

#[test]
fn ctrl_c_clears_the_progress_line() {
    let registry = Registry::builder()
        .repository(Repository::generated("big", 3))
        .faults(|_| Some(Fault::Wait(Duration::from_mins(1))))
        .start();
    let program = colorful(&registry, "images big").into_command();
    let mut screen = Screen::start(80, program);
    screen.wait_for("waiting for DescribeImages");
    screen.interrupt();
    let (shown, status) = screen.end();
    let (_, rest) = shown.rsplit_once("\u{1b}[2K").expect("the line is cleared");
    assert_eq!((rest, status.signal()), ("", Some(2)), "{shown:?}");
}

#[test]
fn no_progress_line_while_a_process_may_prompt_on_the_terminal() {
    let registry = Registry::start(small());
    let keys = r#"{"Version":1,"AccessKeyId":"AKIASLOW","SecretAccessKey":"x"}"#;
    let script = format!("sleep 1\necho '{keys}'\n");
    let script = file("slow-credentials.sh", &script);
    let config = format!("[default]\ncredential_process = sh {}\n", script.display());
    let run = colorful(&registry, "images web -o name")
        .without_keys()
        .env("HOME", home("slow-credentials", &config));
    let shown = screen(80, run.into_command());
    assert!(
        !shown.contains('\u{1b}') && shown.contains("sha256:"),
        "{shown:?}"
    );
}
