/** The example: a finished result that anyone can open without an account. */
export const example = {
  open: 'See an example',
  title: 'Example',
  lead: 'Ten patients of the public Mayo Clinic study. Everything on this screen works as in a result of your own.',
  model: (model: string) => `Model: ${model}.`,
  otherModel: (model: string) => `The same patients: ${model}`,
  own: 'Create an account to predict your own patients',
  ownLoggedIn: 'Predict your own patients',
  useSample: 'Use this sample',
};
