import { expect, test, vi } from 'vitest';
import { type Credentials, createSend } from '../src/api/client';

const answer = (status: number, body: unknown) =>
  new Response(typeof body === 'string' ? body : JSON.stringify(body), { status });

function credentialsOf(tokens: string[], renewed = true): Credentials {
  return {
    token: () => tokens[0] ?? null,
    renew: vi.fn(async () => {
      tokens.shift();
      return renewed;
    }),
  };
}

function tokenOf(call: unknown[]): string | null {
  return new Headers((call[1] as RequestInit).headers).get('authorization');
}

test('a request whose session ended is sent again as it was after logging in', async () => {
  const fetcher = vi
    .fn<typeof fetch>()
    .mockResolvedValueOnce(answer(401, { code: 'token_expired' }))
    .mockResolvedValueOnce(answer(202, { prediction_id: 'p' }));
  const send = createSend(credentialsOf(['old', 'new']), fetcher);
  const form = new FormData();

  const result = await send({ method: 'POST', path: '/predict/lasso', form });

  expect(result).toEqual({ prediction_id: 'p' });
  expect(fetcher.mock.calls.map(tokenOf)).toEqual(['Bearer old', 'Bearer new']);
  expect(fetcher.mock.calls.map((call) => call[1]?.body)).toEqual([form, form]);
});

test('who does not log in again gets the refusal', async () => {
  const fetcher = vi.fn<typeof fetch>().mockResolvedValue(answer(401, { code: 'token_expired' }));
  const send = createSend(credentialsOf(['old'], false), fetcher);
  await expect(send({ path: '/auth/me' })).rejects.toMatchObject({
    problem: { code: 'token_expired' },
  });
  expect(fetcher).toHaveBeenCalledTimes(1);
});

test('a wrong password asks nobody to log in again', async () => {
  const credentials = credentialsOf(['old']);
  const fetcher = vi
    .fn<typeof fetch>()
    .mockResolvedValue(answer(401, { code: 'wrong_credentials' }));
  const send = createSend(credentials, fetcher);
  await expect(send({ path: '/auth/login', anonymous: true })).rejects.toMatchObject({
    problem: { code: 'wrong_credentials' },
  });
  expect(credentials.renew).not.toHaveBeenCalled();
  expect(fetcher.mock.calls.map(tokenOf)).toEqual([null]);
});

test('no answer and a strange answer have codes of their own', async () => {
  const failing = createSend(credentialsOf([]), () => Promise.reject(new TypeError('offline')));
  await expect(failing({ path: '/models' })).rejects.toMatchObject({
    problem: { code: 'network_down' },
  });
  const strange = createSend(credentialsOf([]), async () => answer(200, '<html>'));
  await expect(strange({ path: '/models' })).rejects.toMatchObject({
    problem: { code: 'bad_answer' },
  });
});
