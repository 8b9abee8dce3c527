//! An answer must have a body: the SDK reads an empty one as an empty listing.

use aws_sdk_ecrpublic::config::interceptors::AfterDeserializationInterceptorContextRef;
use aws_sdk_ecrpublic::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_ecrpublic::error::BoxError;

/// Refuses answers whose body is empty.
#[derive(Debug)]
pub(super) struct Whole;

impl Intercept for Whole {
    fn name(&self) -> &'static str {
        "Whole"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        match context.response().body().bytes() {
            Some([]) => Err("the answer has no body".into()),
            _ => Ok(()),
        }
    }
}
