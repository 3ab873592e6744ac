/** The screen that says how accessible the page is. docs/accessibility.md has the evidence. */
export const accessibility = {
  title: 'Accessibility',
  lead: 'This page is made to meet the Web Content Accessibility Guidelines (WCAG) 2.2 at level AA.',
  worksTitle: 'What you can rely on',
  works: [
    'Everything works with the keyboard alone. You can always see where the focus is.',
    'Screen readers find headings, names of fields, and tables. They announce the outcome of a check, the progress of a prediction, and errors.',
    'Every plot has a table with its numbers. Nothing is said by colour alone.',
    'The page can be zoomed to 400% and fits a phone. It follows your settings for dark or forced colours and for reduced motion.',
    'A form keeps what you typed and names every error at its field. Nothing has a time limit but your session; after logging in again you continue where you were.',
  ],
  gapsTitle: 'Known gaps',
  gaps: [
    'The preview of a file is as wide as the file and scrolls sideways in its frame.',
    'Programs and people without disabilities have tested the page. People who rely on a screen reader have not tested it yet.',
    'The documentation of the API is a program of others (Swagger UI) and was not tested.',
  ],
  contact: 'Does something not work for you? Please tell the operator who gave you this address.',
};
