//! Line drawings. Decoration only: what stands beside one says the same in words.

use leptos::prelude::*;

/// What is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drawing {
    /// A bell.
    Bell,
    /// A tick in a circle.
    Check,
    /// An arrow head that points down.
    Chevron,
    /// A cross.
    Close,
    /// Four cards.
    Cards,
    /// The face of a clock.
    Clock,
    /// A tray for what comes in.
    Inbox,
    /// A key.
    Key,
    /// Three bars.
    Menu,
    /// Two circles that share something.
    Partners,
    /// Two persons.
    People,
    /// A person with a plus sign.
    PersonAdd,
    /// A magnifying glass.
    Search,
    /// Sliders.
    Settings,
    /// An exclamation mark in a circle.
    Warning,
}

impl Drawing {
    const fn path(self) -> &'static str {
        match self {
            Self::Bell => "M6 16V11a6 6 0 0 1 12 0v5l1.5 2h-15zM10 21h4",
            Self::Check => "M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18M8 12.5l2.8 2.8L16 9.5",
            Self::Chevron => "M6 9l6 6l6-6",
            Self::Close => "M6 6l12 12M18 6L6 18",
            Self::Cards => "M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h6v6h-6z",
            Self::Clock => "M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18M12 7v5l3.5 2",
            Self::Inbox => "M4 13h4.5l1.5 3h4l1.5-3H20M4 13l2.5-8h11L20 13v6H4z",
            Self::Key => "M8 8a4 4 0 1 0 0 8a4 4 0 1 0 0-8M12 12h9m-3 0v4",
            Self::Menu => "M4 7h16M4 12h16M4 17h16",
            Self::Partners => "M9 6a6 6 0 1 0 0 12a6 6 0 1 0 0-12M15 6a6 6 0 1 1 0 12a6 6 0 1 1 0-12",
            Self::People => {
                "M9 4.5a3.3 3.3 0 1 0 0 6.6a3.3 3.3 0 1 0 0-6.6M2.8 19.5a6.2 6.2 0 0 1 12.4 0M15.5 4.9a3.3 3.3 0 0 1 0 \
                 5.8M17.5 13.9a6.2 6.2 0 0 1 3.7 5.6"
            }
            Self::PersonAdd => {
                "M10 4a3.5 3.5 0 1 0 0 7a3.5 3.5 0 1 0 0-7M3.5 20a6.5 6.5 0 0 1 11-4.7M18.5 14.5v6M15.5 17.5h6"
            }
            Self::Search => "M10.5 4a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13M15.5 15.5L20.5 20.5",
            Self::Settings => "M4 7h9M17 7h3M4 17h3M11 17h9M15 4.5v5M9 14.5v5",
            Self::Warning => "M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18M12 7.5v5.5M12 16.4v.1",
        }
    }
}

/// A drawing in the colour of the text around it.
#[component]
pub fn Icon(
    /// What is drawn.
    drawing: Drawing,
    /// Width and height in CSS pixels.
    #[prop(default = "20")]
    size: &'static str,
    /// Classes of the place it stands in.
    #[prop(optional)]
    class: &'static str,
) -> impl IntoView {
    view! {
        <svg
            class=class
            width=size
            height=size
            viewBox="0 0 24 24"
            fill="none"
            stroke="currentColor"
            stroke-width="1.9"
            stroke-linecap="round"
            stroke-linejoin="round"
            aria-hidden="true"
        >
            <path d=drawing.path() />
        </svg>
    }
}
