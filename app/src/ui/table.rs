//! Tables that are lists of labelled lines on narrow screens.
//!
//! The roles are written out because a changed `display` takes them away (CSS Display 3, appendix on accessibility).

use leptos::either::Either;
use leptos::prelude::*;

/// A table with its heading row.
#[component]
pub fn Table(
    /// What the table is, for screen readers: the eye has the page's heading.
    caption: String,
    /// The headings of its columns.
    columns: &'static [&'static str],
    /// The rows.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="table-frame">
            <table class="table" role="table">
                <caption class="visually-hidden">{caption}</caption>
                <thead class="table-head" role="rowgroup">
                    <tr role="row">
                        {columns
                            .iter()
                            .map(|column| {
                                view! {
                                    <th class="table-heading" scope="col" role="columnheader">
                                        {*column}
                                    </th>
                                }
                            })
                            .collect_view()}
                    </tr>
                </thead>
                <tbody role="rowgroup">{children()}</tbody>
            </table>
        </div>
    }
}

/// A cell that carries the heading of its column along, for narrow screens.
#[component]
pub fn Cell(
    /// The heading of its column.
    label: &'static str,
    /// How many columns it takes; one by default.
    #[prop(optional)]
    columns: Option<u8>,
    /// What stands in it.
    children: Children,
) -> impl IntoView {
    view! {
        <td class="table-cell" role="cell" colspan=columns data-label=label>
            <div>{children()}</div>
        </td>
    }
}

/// What stands in a cell that may have nothing in it: then a dash, and no line of its own on narrow screens.
pub fn or_dash(text: String) -> Either<String, impl IntoView> {
    if text.is_empty() { Either::Right(view! { <span class="table-dash">"–"</span> }) } else { Either::Left(text) }
}

/// The first cell of a row, which names the row.
#[component]
pub fn NamingCell(
    /// What stands in it.
    children: Children,
) -> impl IntoView {
    view! {
        <th class="table-cell table-cell-first" scope="row" role="rowheader">
            {children()}
        </th>
    }
}
