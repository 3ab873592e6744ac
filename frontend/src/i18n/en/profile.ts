/** The screen of the account, and what is said once one has left it for good. */
export const profile = {
  title: 'Account',
  /** The link in the header holds the name alone. */
  linkLabel: (name: string) => `Account: ${name}`,
  name: 'Name',
  email: 'E-mail',
  since: 'Account since',
  intendedUse: 'Intended use accepted',
  version: (day: string) => `version of ${day}`,
  passwordTitle: 'Change the password',
  passwordLead: 'All your other devices are then logged out. This one stays logged in.',
  oldPassword: 'Current password',
  newPassword: 'New password',
  change: 'Change password',
  changing: 'Changing the password…',
  changed: 'The password was changed. All other devices were logged out.',
  everywhereTitle: 'Log out everywhere',
  everywhereLead:
    'Ends the sessions on all devices, this one too. Useful if you forgot to log out on somebody else’s computer.',
  everywhere: 'Log out everywhere',
  leaving: 'Logging out…',
  leftEverywhere: 'You are logged out on all devices.',
  notEnded:
    'You are logged out in this browser, but the service could not be told: the session ends by itself within 12 hours. If somebody else uses this computer, log in again and choose “Log out everywhere” in your account.',
  deleteTitle: 'Delete the account',
  deleteLead: 'Your personal data, files and results are then deleted for good.',
  deleteOpen: 'Delete the account…',
  deleteQuestion: 'Delete the account for good?',
  deleteGoesTitle: 'What goes',
  deleteGoes: [
    'Your name and e-mail address, and every session.',
    'All files with patients and all results.',
    'Predictions that have not ended: they are stopped.',
    'The coins that are left: they cannot be used any more, nor moved to another account.',
  ],
  deleteStaysTitle: 'What stays',
  deleteStays: [
    'The coin movements, and of each prediction its price, end and times, without anything that names you.',
    'A fingerprint of the e-mail address that it cannot be read from: a new account with the same address does not get the first 500 coins again.',
    'Backups, for 35 days at most. If one is ever used, your account is deleted from it again.',
  ],
  deletePassword: 'Your password, to confirm',
  delete: 'Delete for good',
  deleting: 'Deleting the account…',
  deleted:
    'Your account was deleted. Your personal data are gone, and your files follow within minutes.',
};
