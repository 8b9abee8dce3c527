//! Selects images and tags by what manifests tell, and adds it to them.

use super::collect::Part;
use super::manifests::RepositoryManifests;
use super::{Listing, Mode, deletion};
use crate::error::{Error, Kind};
use crate::facts::Facts;
use crate::model::Row;
use crate::output::{counted, short_digest};
use crate::reference::Platform;
use crate::relations::Question;
use crate::select::Selected;
use crate::source::Target;

/// The rows of `target` that pass the filter, sorted and limited, with the answers from manifests.
pub(super) async fn part<'t>(listing: &Listing<'_>, target: &'t Target) -> Result<Part<'t>, Error> {
    let depends_on_all = listing.query.depends_on_all_images();
    let unlimited = listing.selection.unlimited();
    let selection = match listing.query.platform {
        Some(_) => &unlimited,
        None => &listing.selection,
    };
    // What is deleted is selected from the listing that is compared in the end, and not looked up.
    let read = async {
        if depends_on_all {
            return Ok((None, Some(listing.images(&target.subject).await?)));
        }
        let mut part = listing.collect(target, selection).await?;
        let mut images = part.images.take();
        if images.is_none() && needs_all_images(listing, &part) {
            images = Some(listing.images(&target.subject).await?);
        }
        Ok((Some(part), images))
    };
    let ((part, images), reference) = tokio::try_join!(read, listing.reference(target))?;
    let reference = reference.ok_or_else(|| {
        let message = format!("{} has no public reference", target.subject.title());
        Error::new(Kind::Service, message)
    })?;
    let rows = part.as_ref().map(|part| part.selected.rows.as_slice());
    let related = images.as_deref().or(rows).unwrap_or_default();
    let mut manifests =
        RepositoryManifests::of(listing, &target.subject, reference.clone(), related)?;
    let mut part = if let Some(part) = part {
        part
    } else {
        let mut rows = related.to_vec();
        let mut note = None;
        if listing.query.tagged.unused {
            note = mark_unused(listing, &mut manifests, &mut rows).await?;
        }
        let wanted = listing.query.wanted(target);
        let mut collector = selection.collector(wanted.as_ref());
        collector.add(rows);
        let mut selected = collector.finish();
        selection.mark_other_tags(&mut selected.rows, wanted.as_ref(), related);
        Part {
            notes: Vec::from_iter(note),
            ..Part::of(selected, target)?
        }
    };
    add_answers(listing, &mut manifests, &mut part).await?;
    // To be compared with the images in the end, when all repositories are read.
    part.images = images.filter(|_| depends_on_all);
    listing.add_reference(Some(&reference), &mut part.selected.rows);
    Ok(part)
}

/// Whether what is asked about the rows of `part` depends on images that may not be listed.
fn needs_all_images(listing: &Listing<'_>, part: &Part<'_>) -> bool {
    let mut rows = part.selected.rows.iter();
    let of_indexes = listing.reads().contains(Facts::MANIFESTS) && part.target.subject.is_own();
    listing.printing.contains(Facts::RELATIONS) || of_indexes && rows.any(|row| !row.is_index())
}

/// Answers all questions about the rows of `part`.
async fn add_answers(
    listing: &Listing<'_>,
    manifests: &mut RepositoryManifests<'_>,
    part: &mut Part<'_>,
) -> Result<(), Error> {
    if let Some(platform) = listing.query.platform {
        select_by_platform(listing, manifests, part, platform).await?;
    } else if listing
        .reads()
        .intersects(Facts::MANIFESTS | Facts::DIGESTS)
    {
        let gone = add_platforms(listing, manifests, &mut part.selected.rows).await?;
        part.notes.extend(note_of_gone(&gone, manifests));
    }
    if listing.mode == Mode::Delete {
        deletion::leave_out(listing, part);
        let notes = deletion::plan(manifests, part).await?;
        part.selected.counts.passing = part.requests.iter().map(Vec::len).sum();
        part.notes.extend(notes);
        return Ok(());
    }
    let has_rows = !part.selected.rows.is_empty();
    if listing.query.tagged.unused && listing.sums_up() && has_rows {
        deletion::plan(manifests, part).await?;
    }
    if listing.printing.contains(Facts::RELATIONS) {
        add_used_by(manifests, &mut part.selected.rows).await?;
    }
    Ok(())
}

/// Marks the images of `rows`, which are all of the repository, that no tag reaches. Young ones are
/// marked only if an option says how old rows must be, and those without a date never. Returns a note on
/// what counts as in use though no tag reaches it.
async fn mark_unused(
    listing: &Listing<'_>,
    manifests: &mut RepositoryManifests<'_>,
    rows: &mut [Row],
) -> Result<Option<String>, Error> {
    manifests.read(Question::Unused).await?;
    let unused = manifests.graph.unused();
    let unused = unused.map_err(|missing| manifests.incomplete(&missing))?;
    let settled = deletion::settled_before(listing);
    for row in &mut *rows {
        let digest = row.digest.as_deref().unwrap_or_default();
        if unused.contains(digest) && row.pushed_at.is_some_and(|date| date < settled) {
            let role = manifests.graph.role(digest);
            let relations = row.relations.get_or_insert_default();
            (relations.is_unused, relations.role) = (true, role);
        }
    }
    let (title, orphans) = (manifests.subject.title(), manifests.graph.used_orphans());
    let [name, count] = match orphans.len() {
        _ if rows.is_empty() => return Ok(None),
        _ if !manifests.graph.has_roots() => {
            return Ok(Some(format!(
                "{title} has no tag but those of signatures, so that nothing in it is unused; leave out \
                 `--unused` to list it"
            )));
        }
        0 => return Ok(None),
        1 => ["names", "counts"],
        _ => ["name", "count"],
    };
    let digests = orphans.iter().map(|digest| short_digest(digest));
    let options = digests.take(3).map(|digest| format!(" --digest {digest}"));
    Ok(Some(format!(
        "{} of {title} {name} an image that is not in it, and {count} as in use: \
         `ecrpub images {}{}`",
        counted(orphans.len(), "image"),
        manifests.subject,
        options.collect::<String>()
    )))
}

/// Adds the tags through which images are in use, and their roles.
async fn add_used_by(
    manifests: &mut RepositoryManifests<'_>,
    rows: &mut [Row],
) -> Result<(), Error> {
    manifests.read(Question::UsedBy).await?;
    let used_by = manifests.graph.used_by();
    let used_by = used_by.map_err(|missing| manifests.incomplete(&missing))?;
    for row in rows {
        let digest = row.digest.clone().unwrap_or_default();
        let tags = used_by.get(&*digest).into_iter().flatten();
        let relations = row.relations.get_or_insert_default();
        relations.used_by = Some(tags.map(|tag| (*tag).to_owned()).collect());
        relations.role = manifests.graph.role(&digest);
    }
    Ok(())
}

/// Keeps the rows of `part` that run on `platform`, up to the limit. Reads manifests in the order of the
/// rows, and no more than that takes.
async fn select_by_platform(
    listing: &Listing<'_>,
    manifests: &mut RepositoryManifests<'_>,
    part: &mut Part<'_>,
    platform: &Platform,
) -> Result<(), Error> {
    let mut rest = std::mem::take(&mut part.selected.rows).into_iter();
    let mut unknown = 0;
    loop {
        let passing = &mut part.selected.rows;
        let missing = listing.selection.last() - passing.len();
        let mut rows: Vec<Row> = rest.by_ref().take(missing).collect();
        if rows.is_empty() {
            break;
        }
        let gone = add_platforms(listing, manifests, &mut rows).await?;
        if let Some(digest) = gone.first() {
            let reference = &manifests.reference;
            let message = format!("manifest {digest} of `{reference}` does not exist");
            return Err(Error::new(Kind::Service, message)
                .hint("leave out `--platform` to list without manifests"));
        }
        for row in rows {
            match row.platforms.as_deref() {
                None | Some([]) => unknown += 1,
                Some(known) if known.iter().any(|known| platform.admits(known)) => {
                    passing.push(row);
                }
                Some(_) => {}
            }
        }
    }
    part.ended_early |= rest.len() > 0;
    let Selected { rows, counts, .. } = &mut part.selected;
    counts.passing = rows.len();
    listing.selection.skip(rows, counts);
    if unknown > 0 {
        let whose = if unknown == 1 { "its" } else { "their" };
        part.notes.push(format!(
            "`--platform` leaves out {}: {whose} platform is not known",
            counted(unknown, "row")
        ));
    }
    Ok(())
}

/// Adds the platforms to rows, as far as they are known; rows of a source without digests are read by
/// tag, and get a digest too. Returns the digests of listed indexes that are gone.
async fn add_platforms(
    listing: &Listing<'_>,
    manifests: &mut RepositoryManifests<'_>,
    rows: &mut [Row],
) -> Result<Vec<String>, Error> {
    let lacks_digests = rows.iter().any(|row| row.digest.is_none());
    if lacks_digests && !listing.expected.told.contains(Facts::DIGESTS) {
        manifests.read_by_tag(rows).await?;
    }
    if !listing.reads().contains(Facts::MANIFESTS) {
        return Ok(Vec::new());
    }
    let digests: Vec<_> = rows.iter().filter_map(|row| row.digest.clone()).collect();
    let of: Vec<&str> = digests.iter().map(String::as_str).collect();
    let own = manifests.subject.is_own();
    manifests.read(Question::Platforms { of: &of, own }).await?;
    let platforms = manifests.graph.platforms(&of, own);
    let platforms = platforms.map_err(|missing| manifests.incomplete(&missing))?;
    for row in rows {
        let digest = row.digest.as_deref();
        let known = digest.and_then(|digest| platforms.get(digest));
        row.platforms = known.map(|list| list.iter().map(ToString::to_string).collect());
    }
    let gone = manifests.graph.gone(&of).into_iter();
    let mut gone: Vec<_> = gone.map(str::to_owned).collect();
    gone.sort_unstable();
    Ok(gone)
}

/// The note that the registry does not have these indexes.
fn note_of_gone(gone: &[String], manifests: &RepositoryManifests<'_>) -> Option<String> {
    let (first, others) = gone.split_first()?;
    let (whose, others) = match others.len() {
        0 => ("its", String::new()),
        count => ("their", format!(" and {}", counted(count, "other one"))),
    };
    Some(format!(
        "the registry does not have manifest {first}{others} of `{}`: {whose} platforms are missing",
        manifests.reference
    ))
}
