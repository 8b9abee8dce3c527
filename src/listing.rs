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
    let format = (args.output).format(plan.schema, several, console.place())?;
    let order = args.order.sort.unwrap_or(plan.order);
    let listing = Listing {
        aws: args.source.connect(&args.connection, progress).await?,
        args,
        console,
        progress,
        order,
        next_token: None,
        missing: Missing::new(),
    };
    let printer = Printer {
        console,
        format,
        buffer: Vec::new(),
        begun: false,
    };
    if order == SortKey::None && printer.format.streams() && args.ids.wanted().is_none() {
        listing.stream(&repositories, printer).await
    } else {
        listing.print(&repositories, printer).await
    }
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

/// A listing under way.
struct Listing<'a> {
    aws: Aws<'a>,
    args: &'a ListingArgs,
    console: &'a Console,
    progress: &'a Progress,
    order: SortKey,
    next_token: Option<String>,
    missing: Missing,
}

impl Listing<'_> {
    /// Reads everything, and only then prints it.
    async fn print<R: Row + Listed>(
        mut self,
        repositories: &[RepositoryName],
        mut printer: Printer<'_, R>,
    ) -> Result<Missing, Error> {
        let mut listings = Vec::new();
        for repository in repositories {
            let rows = self.select(repository).await;
            listings.extend(self.unless_missing(rows)?);
        }
        for rows in &listings {
            printer.rows(rows)?;
        }
        self.end(printer, !listings.is_empty())
    }

    /// Prints page after page as it comes, in the service's order.
    async fn stream<R: Row + Listed>(
        mut self,
        repositories: &[RepositoryName],
        mut printer: Printer<'_, R>,
    ) -> Result<Missing, Error> {
        let mut is_listed = false;
        for repository in repositories {
            let end = self.stream_pages(repository, &mut printer).await;
            if let Some(next_token) = self.unless_missing(end)? {
                self.next_token = next_token;
                is_listed = true;
            }
        }
        self.end(printer, is_listed)
    }

    /// Prints the pages of a repository, and returns the token of those that are left out.
    async fn stream_pages<R: Row + Listed>(
        &self,
        repository: &RepositoryName,
        printer: &mut Printer<'_, R>,
    ) -> Result<Option<String>, Error> {
        let mut pages = self.pages(repository);
        while let Some(rows) = pages.next().await? {
            printer.rows(&rows)?;
        }
        Ok(pages.next_token().map(str::to_owned))
    }

    /// The rows of a repository that are asked for, in the order asked.
    async fn select<R: Row + Listed>(
        &mut self,
        repository: &RepositoryName,
    ) -> Result<Vec<R>, Error> {
        let mut rows = match self.args.ids.wanted() {
            Some(wanted) => self.find(repository, &wanted).await?,
            None => self.read(repository).await?,
        };
        self.order.order(&mut rows);
        Ok(rows)
    }

    /// Reads all rows, in the service's order.
    async fn read<R: Row + Listed>(
        &mut self,
        repository: &RepositoryName,
    ) -> Result<Vec<R>, Error> {
        let mut pages = self.pages(repository);
        let mut all = Vec::new();
        while let Some(rows) = pages.next().await? {
            all.extend(rows);
        }
        self.next_token = pages.next_token().map(str::to_owned);
        if all.is_empty() && self.args.output.is_table() {
            self.console
                .note(&format!("repository `{repository}` has nothing to list"));
        }
        Ok(all)
    }

    /// Reads the rows that are asked for by name: looked up where the service can, or else picked
    /// from the listing, which is read once.
    async fn find<R: Row + Listed>(
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
        let missing = wanted.missing(&rows).into_iter();
        self.missing
            .extend(missing.map(|id| missing_image(id, repository)));
        Ok(rows)
    }

    fn pages<'a>(&'a self, repository: &'a RepositoryName) -> Pages<'a> {
        Pages::new(&self.aws, self.progress, repository, &self.args.pages)
    }

    /// Keeps the error for the end where a repository does not exist: the others are listed.
    fn unless_missing<T>(&mut self, outcome: Result<T, Error>) -> Result<Option<T>, Error> {
        match outcome {
            Err(error) if error.kind() == Kind::NotFound => {
                self.missing.push(error);
                Ok(None)
            }
            outcome => outcome.map(Some),
        }
    }

    /// Completes what is printed, and says where a part of a listing goes on.
    fn end<R>(self, mut printer: Printer<'_, R>, is_listed: bool) -> Result<Missing, Error> {
        let token = self.next_token.as_deref();
        if is_listed {
            printer.end(token)?;
        }
        if let Some(token) = token.filter(|_| !self.args.output.carries_token()) {
            self.console.note(&format!(
                "there is more; go on with `--starting-token {token}`"
            ));
        }
        Ok(self.missing)
    }
}

/// Rows on their way to stdout, a page's worth of bytes at a time.
struct Printer<'a, R> {
    console: &'a Console,
    format: Box<dyn Format<R>>,
    buffer: Vec<u8>,
    begun: bool,
}

impl<R> Printer<'_, R> {
    fn rows(&mut self, rows: &[R]) -> Result<(), Error> {
        self.begin();
        for page in rows.chunks(ROWS_A_WRITE) {
            self.format.rows(page, &mut self.buffer)?;
            self.write()?;
        }
        Ok(())
    }

    fn end(&mut self, next_token: Option<&str>) -> Result<(), Error> {
        self.begin();
        self.format.end(next_token, &mut self.buffer);
        self.write()
    }

    fn begin(&mut self) {
        if !std::mem::replace(&mut self.begun, true) {
            self.format.begin(&mut self.buffer);
        }
    }

    fn write(&mut self) -> Result<(), Error> {
        if !self.buffer.is_empty() {
            self.console.data(&self.buffer)?;
            self.buffer.clear();
        }
        Ok(())
    }
}

/// As many rows as the largest page has.
const ROWS_A_WRITE: usize = 1000;

fn missing_image(id: &ImageId, repository: &RepositoryName) -> Error {
    Error::new(
        Kind::NotFound,
        format!("repository `{repository}` has no image with {id}"),
    )
    .hint(format!("see what it has with `ecrpub tags {repository}`"))
}
