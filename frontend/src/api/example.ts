// The example: results of the sample file that anyone can open. They are answers of the API in files
// beside the page, so that they need neither an account nor the API.

import type { Transport } from './client';

/** The ids of the example's predictions, one for each model; the first one is shown first. */
export const EXAMPLE_IDS = ['example-cox-lasso', 'example-lasso'] as const;

export function isExample(id: string): boolean {
  return EXAMPLE_IDS.some((example) => example === id);
}

const REQUEST = /^api\/predict\/([a-z-]+)(?:\/(rows|cohort|result\.csv))?$/;

/**
 * Return a transport that answers the requests for the example from the files below `base`, and
 * passes on all other requests.
 */
export function withExample(base: string, files: Transport, transport: Transport): Transport {
  return async (request) => {
    const url = new URL(request.url);
    const path = url.href.slice(base.length).replace(url.search, '');
    const [, id = '', part = 'prediction'] = REQUEST.exec(path) ?? [];
    if (!isExample(id) || request.method !== 'GET') return transport(request);
    const folder = `${base}example/${id}`;
    if (part === 'result.csv') return Response.json({ url: `${folder}/result.csv` });
    const response = await files(new Request(`${folder}/${part}.json`));
    return part === 'rows' && response.ok ? pageOf(response, url.searchParams) : response;
  };
}

/** Return the page of rows that a request asks for. */
async function pageOf(response: Response, query: URLSearchParams): Promise<Response> {
  const page = await response.json();
  const offset = Number(query.get('offset'));
  const rows = page.rows.slice(offset, offset + Number(query.get('limit')));
  const end = offset + rows.length;
  return Response.json({ ...page, offset, rows, next_offset: end < page.total ? end : null });
}
