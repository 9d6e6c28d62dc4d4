//! The routes of a function: said once, for axum and for the description.
//!
//! They are two functions, and only tests and what makes `openapi.json` call the second. So a deployed binary carries
//! nothing of what it says of itself: every shape, example and text of its operations is left out when it is linked.

use axum::routing::MethodFilter;
use utoipa::openapi::HttpMethod;
use utoipa_axum::PathItemExt;

/// Those of the methods of an operation, for axum.
pub fn filters(methods: &[HttpMethod]) -> impl Iterator<Item = MethodFilter> {
    methods.iter().map(HttpMethod::to_method_filter)
}

/// `routes! { App: posts::read_post, posts::delete_post; photos::read_photo; }`: makes `routes()`, a router over that
/// state, and `openapi()`, of handlers that carry `#[utoipa::path]`. Those of one path stand in one line.
#[macro_export]
macro_rules! routes {
    ($state:ty: $($($module:ident::$handler:ident),+;)+) => {
        /// The routes of this function, without the edge.
        fn routes() -> ::axum::Router<$state> {
            let router = ::axum::Router::new();
            $crate::http::routes::pastey::paste! {
                $(
                    $(
                        let path = <$module::[<__path_ $handler>] as ::utoipa::Path>::path();
                        let methods = <$module::[<__path_ $handler>] as ::utoipa::Path>::methods();
                        let router = $crate::http::routes::filters(&methods).fold(router, |router, method| {
                            router.route(&path, ::axum::routing::on(method, $module::$handler))
                        });
                    )+
                )+
            }
            router
        }

        /// The description of this function's routes.
        pub fn openapi() -> ::utoipa::openapi::OpenApi {
            ::utoipa_axum::router::OpenApiRouter::<$state>::new()
                $(.routes(::utoipa_axum::routes!($($module::$handler),+)))+
                .into_openapi()
        }
    };
}

#[doc(hidden)]
pub use pastey;
