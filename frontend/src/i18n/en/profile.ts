/** The account screen, and the notices after a log-out or a deletion. */
export const profile = {
  title: 'Account',
  /** The accessible name of the link in the header, which shows only the user's name. */
  linkLabel: (name: string) => `Account: ${name}`,
  name: 'Name',
  email: 'E-mail',
  since: 'Account since',
  intendedUse: 'Intended use accepted',
  version: (day: string) => `version of ${day}`,
  passwordTitle: 'Change the password',
  passwordLead: 'This logs you out on all other devices.',
  oldPassword: 'Current password',
  newPassword: 'New password',
  change: 'Change password',
  changing: 'Changing the password…',
  changed: 'The password was changed. You were logged out on all other devices.',
  everywhereTitle: 'Log out everywhere',
  everywhereLead:
    'This logs you out on all devices, including this one. Use it if you forgot to log out on somebody else’s computer.',
  everywhere: 'Log out everywhere',
  leaving: 'Logging out…',
  loggedOutEverywhere: 'You are logged out on all devices.',
  sessionNotEnded:
    'You are logged out in this browser, but the session could not be ended on the server. It ends by itself within 12 hours. If somebody else uses this computer, log in again and choose “Log out everywhere” in your account.',
  deleteTitle: 'Delete the account',
  deleteLead: 'This permanently deletes your personal data, files and results.',
  deleteOpen: 'Delete the account…',
  deleteQuestion: 'Delete the account permanently?',
  deletedDataTitle: 'What is deleted',
  deletedData: [
    'Your name and e-mail address, and every session.',
    'All patients’ files and all results.',
    'Predictions that have not ended: they are stopped.',
    'Your remaining coins: they can no longer be used or moved to another account.',
  ],
  keptDataTitle: 'What is kept',
  keptData: [
    'The entries of your coin statement, and the price, outcome and times of each prediction, without anything that names you.',
    'A one-way hash of your e-mail address, so that the 500 starting coins are given only once.',
    'Backups, for at most 35 days. If a backup is ever restored, your account is deleted from it again.',
  ],
  deletePassword: 'Your password, to confirm',
  delete: 'Delete permanently',
  deleting: 'Deleting the account…',
  deleted:
    'Your account and your personal data were deleted. Your files will be deleted within minutes.',
};
