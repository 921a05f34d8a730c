//! Journeys across nouns, told with the test's clock.

mod answers;
mod practice;
mod pushes;
