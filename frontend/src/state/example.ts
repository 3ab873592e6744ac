// The files of the example that are not answers about a prediction.

/** Read a JSON file of the example. Throws if it cannot be read. */
export async function readExample<Content>(name: string): Promise<Content> {
  const response = await fetch(`./example/${name}`);
  if (!response.ok) throw new Error(`${name}: ${response.status}`);
  return response.json();
}
