//! The one flow: pages → selection → format → stdout.

use crate::console::Console;
use crate::error::{Error, Kind};
use crate::model::Row;
use crate::output::{Format, OutputArgs, Schema};
use crate::progress::Progress;
use crate::select::{self, IdArgs, OrderArgs, SortKey, Wanted};
use crate::source::aws::Aws;
use crate::source::{
    ConnectionArgs, ImageId, LOOK_UP_SIZE, Listed, LookUp, PageArgs, Pages, RepositoryName,
    SourceArgs,
};

/// The options of every command that lists rows.
#[derive(Debug, clap::Args)]
pub(crate) struct ListingArgs {
    #[command(flatten)]
    source: SourceArgs,
    #[command(flatten)]
    ids: IdArgs,
    #[command(flatten)]
    order: OrderArgs,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    pages: PageArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// What a command lists, and in what order unless it is told otherwise.
#[derive(Debug)]
pub(crate) struct Plan<R: 'static> {
    pub(crate) schema: &'static Schema<R>,
    pub(crate) order: SortKey,
}

/// What was asked for and does not exist, while everything else was listed.
pub(crate) type Missing = Vec<Error>;

/// Lists what `args` ask for.
///
/// # Errors
///
/// Anything but missing repositories and images; then stdout has nothing, or, of a listing in the
/// service's order, the whole pages that were read before.
pub(crate) async fn run<R: Row + Listed>(
    plan: Plan<R>,
    args: &ListingArgs,
    console: &Console,
    progress: &Progress,
) -> Result<Missing, Error> {
    let repositories = args.source.repositories();
    args.check(&repositories)?;
    let several = repositories.len() > 1;
    let mut listing = Listing {
        format: (args.output).format(plan.schema, several, console.place())?,
        order: args.order.sort.unwrap_or(plan.order),
        aws: args.source.connect(&args.connection, progress).await?,
        args,
        console,
        progress,
        buffer: Vec::new(),
        next_token: None,
        missing: Missing::new(),
    };
    listing.format.begin(&mut listing.buffer);
    let mut listed = 0;
    for repository in &repositories {
        match listing.add(repository).await {
            Err(error) if error.kind() == Kind::NotFound => listing.missing.push(error),
            outcome => {
                outcome?;
                listed += 1;
            }
        }
    }
    if listed > 0 {
        listing.end()?;
    }
    Ok(listing.missing)
}

impl ListingArgs {
    fn check(&self, repositories: &[RepositoryName]) -> Result<(), Error> {
        let several = repositories.len() > 1;
        if several && self.pages.is_part() {
            return Err(Error::usage(
                "`--max-pages` and `--starting-token` take part of one listing, and several repositories are asked for",
            )
            .hint("name one repository"));
        }
        if several && self.output.is_image_ids() {
            return Err(Error::usage(
                "`-o image-ids` names the images of one repository, and several are asked for",
            )
            .hint("run the command once for each repository"));
        }
        if self.output.is_image_ids() && self.order.sort.is_some() {
            return Err(Error::usage(
                "`-o image-ids` has an order of its own, indexes first, and `--sort` asks for another",
            )
            .hint("leave out `--sort`"));
        }
        Ok(())
    }
}

/// A listing under way: what is read, and what is not yet written.
struct Listing<'a, R> {
    aws: Aws<'a>,
    args: &'a ListingArgs,
    console: &'a Console,
    progress: &'a Progress,
    order: SortKey,
    format: Box<dyn Format<R>>,
    buffer: Vec<u8>,
    next_token: Option<String>,
    missing: Missing,
}

impl<R: Row + Listed> Listing<'_, R> {
    /// Adds the rows of one repository.
    async fn add(&mut self, repository: &RepositoryName) -> Result<(), Error> {
        if let Some(wanted) = self.args.ids.wanted() {
            let rows = self.find(repository, &wanted).await?;
            let missing = wanted.missing(&rows);
            self.missing
                .extend(missing.into_iter().map(|id| missing_image(id, repository)));
            self.add_ordered(rows)
        } else if self.order == SortKey::None && self.format.streams() {
            self.stream(repository).await
        } else {
            let rows = self.read(repository).await?;
            if rows.is_empty() && self.args.output.is_table() {
                self.console
                    .note(&format!("repository `{repository}` has nothing to list"));
            }
            self.add_ordered(rows)
        }
    }

    fn add_ordered(&mut self, mut rows: Vec<R>) -> Result<(), Error> {
        self.order.order(&mut rows);
        self.format.rows(&rows, &mut self.buffer)
    }

    /// Writes page after page as it comes, in the service's order.
    async fn stream(&mut self, repository: &RepositoryName) -> Result<(), Error> {
        let mut pages = Pages::new(&self.aws, self.progress, repository, &self.args.pages);
        while let Some(rows) = pages.next::<R>().await? {
            self.format.rows(&rows, &mut self.buffer)?;
            self.console.data(&self.buffer)?;
            self.buffer.clear();
        }
        self.next_token = pages.next_token().map(str::to_owned);
        Ok(())
    }

    /// Reads all rows, in the service's order.
    async fn read(&mut self, repository: &RepositoryName) -> Result<Vec<R>, Error> {
        let mut pages = Pages::new(&self.aws, self.progress, repository, &self.args.pages);
        let mut all = Vec::new();
        while let Some(rows) = pages.next().await? {
            all.extend(rows);
        }
        self.next_token = pages.next_token().map(str::to_owned);
        Ok(all)
    }

    /// Reads the rows that are asked for by name: looked up where the service can, or else picked
    /// from the listing, which is read once.
    async fn find(
        &mut self,
        repository: &RepositoryName,
        wanted: &Wanted,
    ) -> Result<Vec<R>, Error> {
        let mut rows = Vec::new();
        let mut to_pick = Vec::new();
        for ids in wanted.ids().chunks(LOOK_UP_SIZE) {
            match R::look_up(&self.aws, repository, ids).await? {
                LookUp::Found(found) => rows.extend(found),
                LookUp::PickFromListing => to_pick.extend(ids),
            }
        }
        if !to_pick.is_empty() {
            let mut all = self.read(repository).await?;
            select::pick(&to_pick, &mut all);
            rows.extend(all);
        }
        select::once(&mut rows);
        Ok(rows)
    }

    /// Writes what is left, and says where a part of a listing goes on.
    fn end(&mut self) -> Result<(), Error> {
        let token = self.next_token.as_deref();
        self.format.end(token, &mut self.buffer);
        self.console.data(&self.buffer)?;
        if let Some(token) = token.filter(|_| !self.args.output.carries_token()) {
            self.console.note(&format!(
                "there is more; go on with `--starting-token {token}`"
            ));
        }
        Ok(())
    }
}

fn missing_image(id: &ImageId, repository: &RepositoryName) -> Error {
    Error::new(
        Kind::NotFound,
        format!("repository `{repository}` has no image with {id}"),
    )
    .hint(format!("see what it has with `ecrpub tags {repository}`"))
}
