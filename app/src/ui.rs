//! Primitives of the interface. They know Leptos and nothing of Latchkey.

pub mod app_mark;
pub mod badge;
pub mod button;
pub mod clipboard;
pub mod combobox;
pub mod copy_button;
pub mod dialog;
pub mod element;
pub mod error_summary;
pub mod icon;
pub mod notice;
pub mod pager;
pub mod radio_group;
pub mod select;
pub mod select_all;
pub mod table;
pub mod tabs;
pub mod text_field;
pub mod time;
