//! What a kind of row provides, so that the flow can list it.

use super::Listing;
use super::expand::Resolved;
use super::part::Part;
use super::summary::Totals;
use crate::error::Error;
use crate::model::Image;
use crate::reference::PublicRepository;
use crate::source::{Listed, Sources, Subject, Target};

/// A row that commands list.
pub(crate) trait ListedRow: Listed + 'static {
    /// The subject as the user names it, such as a pattern of repositories.
    type Asked: Subject;

    /// The subjects to list.
    ///
    /// # Errors
    ///
    /// Any failure of a source.
    async fn resolve(
        sources: &Sources<'_>,
        targets: &[Target<Self::Asked>],
        page_size: u16,
    ) -> Result<Resolved<Self::Of>, Error>;

    /// The public reference of `target`, from a request if it is not known.
    ///
    /// # Errors
    ///
    /// Any failure of a source.
    async fn reference(
        sources: &Sources<'_>,
        target: &Target<Self::Of>,
    ) -> Result<Option<PublicRepository>, Error>;

    /// Whether rows are images, so that all rows of a repository are all of its images.
    const ARE_IMAGES: bool = false;

    /// The row as an image, if it is one.
    fn as_image(&self) -> Option<&Image> {
        None
    }

    /// The rows of `target` that pass the filter, sorted and limited, with all facts that are read,
    /// except those of [`Self::relate`].
    ///
    /// # Errors
    ///
    /// Any failure of a source.
    async fn select(
        listing: &Listing<'_, Self>,
        target: &Target<Self::Of>,
    ) -> Result<Part<Self>, Error> {
        listing.select(target).await
    }

    /// Gives the row the public reference of its repository, which is printed.
    fn set_reference(&mut self, reference: &PublicRepository);

    /// Adds the facts that are read for the rows of all `parts` together.
    ///
    /// # Errors
    ///
    /// Any failure of a source.
    async fn relate(
        _listing: &Listing<'_, Self>,
        _parts: &mut [&mut Part<Self>],
    ) -> Result<(), Error> {
        Ok(())
    }

    /// Checks that what `part` depends on is still as it was read: several repositories take long.
    ///
    /// # Errors
    ///
    /// If it changed.
    async fn recheck(
        _listing: &Listing<'_, Self>,
        _target: &Target<Self::Of>,
        _part: &Part<Self>,
    ) -> Result<(), Error> {
        Ok(())
    }

    /// A line under a table that describes `of`, if there is something to say.
    async fn describe(_sources: &Sources<'_>, _of: &Self::Of) -> Option<String> {
        None
    }

    /// Adds the row to the totals.
    fn add_to<'a>(&'a self, totals: &mut Totals<'a>);
}
