import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type APIRequestContext, expect, type Page } from '@playwright/test';
import { newUser, test as pageTest } from './support';

/*
 * Attacks on the local stack by a web page of another origin that is open in the same browser. All ports of
 * loopback are the same site for the browser, so its same-site rules do not stop these requests.
 */

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

interface Stack {
  readonly AWS_ENDPOINT_URL: string;
  readonly AWS_ENDPOINT_URL_DYNAMODB: string;
  readonly FILES_BUCKET: string;
  readonly USERS_TABLE: string;
}

function readStack(): Stack {
  const folder = process.env['E2E_DATA_DIR'];
  if (folder === undefined) throw new Error('Set E2E_DATA_DIR to the data folder of the stack.');
  return JSON.parse(readFileSync(join(folder, 'stack.json'), 'utf8')) as Stack;
}

/**
 * Return URLs signed with the usual credentials of emulators: to list the files, and to create a
 * role.
 */
function urlsSignedAsTest(stack: Stack): { list: string; role: string } {
  const program = `
import boto3, json, sys
def client(service):
    return boto3.client(service, endpoint_url=sys.argv[1], region_name="eu-central-1",
                        aws_access_key_id="test", aws_secret_access_key="test")
role = {"RoleName": "attacker", "AssumeRolePolicyDocument": "{}"}
print(json.dumps({
    "list": client("s3").generate_presigned_url("list_objects_v2", {"Bucket": sys.argv[2]}),
    "role": client("iam").generate_presigned_url("create_role", role),
}))`;
  const args = ['-c', program, stack.AWS_ENDPOINT_URL, stack.FILES_BUCKET];
  return JSON.parse(execFileSync('.venv/bin/python', args, { cwd: ROOT, encoding: 'utf8' }));
}

async function makePrediction(request: APIRequestContext) {
  const registration = await request.post('/api/auth/register', { data: newUser() });
  const headers = { Authorization: `Bearer ${(await registration.json()).access_token}` };
  const sample = await (await request.get('/samples/patients-10.csv')).body();
  const file = { name: 'patients.csv', mimeType: 'text/csv', buffer: sample };
  const submission = await request.post('/api/predict/lasso', { headers, multipart: { file } });
  const { prediction_id: id } = await submission.json();
  await expect
    .poll(async () => (await (await request.get(`/api/predict/${id}`, { headers })).json()).status)
    .toBe('succeeded');
  return { headers, id: String(id) };
}

async function serveOtherOrigin(): Promise<{ server: Server; origin: string }> {
  const server = createServer((_, response) => {
    response.setHeader('Content-Type', 'text/html').end('<title>Kittens</title>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** Submit a form as a click would do it, and return the status of the response. */
async function formStatus(page: Page, action: string): Promise<number> {
  const response = page.waitForResponse(action);
  await page.evaluate((address) => {
    const form = Object.assign(document.createElement('form'), { method: 'post', action: address });
    form.target = 'hidden';
    document.body.append(form, Object.assign(document.createElement('iframe'), { name: 'hidden' }));
    form.submit();
  }, action);
  return (await response).status();
}

/**
 * Return what a script of the page can read of a response, or null if the browser or the stack
 * prevents it.
 */
async function fetchText(
  page: Page,
  address: string,
  options: RequestInit = {},
): Promise<string | null> {
  return page.evaluate(
    async ([url, init]) => {
      try {
        const response = await fetch(url, init);
        return response.ok ? await response.text() : null;
      } catch {
        return null;
      }
    },
    [address, options] as const,
  );
}

async function imageStatus(page: Page, address: string): Promise<number> {
  const response = page.waitForResponse(address);
  await page.evaluate((url) => {
    document.body.append(Object.assign(new Image(), { src: url }));
  }, address);
  return (await response).status();
}

const SCAN = {
  method: 'POST',
  headers: {
    'Content-Type': 'application/x-amz-json-1.0',
    'X-Amz-Target': 'DynamoDB_20120810.Scan',
    'X-Amz-Date': '20260101T000000Z',
    Authorization:
      'AWS4-HMAC-SHA256 Credential=test/20260101/x/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
  },
};

interface Attack {
  /** A page of another origin, in its own browser context. */
  readonly attacker: Page;
  readonly stack: Stack;
}

const test = pageTest.extend<Attack>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright wants the pattern.
  stack: async ({}, use) => use(readStack()),
  attacker: async ({ browser }, use) => {
    const { server, origin } = await serveOtherOrigin();
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(origin);
    await use(page);
    await context.close();
    server.close();
  },
});

test('a page of another origin reads no account', async ({ attacker, stack }) => {
  const scan = { ...SCAN, body: JSON.stringify({ TableName: stack.USERS_TABLE }) };
  expect(await fetchText(attacker, stack.AWS_ENDPOINT_URL_DYNAMODB, scan)).toBeNull();
});

test('a page of another origin loads nothing as an image', async ({ attacker, stack }) => {
  expect(await imageStatus(attacker, urlsSignedAsTest(stack).list)).toBe(403);
});

test('a page of another origin cannot create a role to run code with', async ({
  attacker,
  stack,
}) => {
  expect(await formStatus(attacker, urlsSignedAsTest(stack).role)).toBe(403);
});

test('a page of another origin deletes nothing', async ({ attacker, stack, request }) => {
  const { headers, id } = await makePrediction(request);

  expect(await formStatus(attacker, `${stack.AWS_ENDPOINT_URL}/_ministack/reset`)).toBe(403);

  const rows = await request.get(`/api/predict/${id}/rows`, { headers });
  expect((await rows.json()).rows).toHaveLength(10);
  const balance = await request.get('/api/auth/balance', { headers });
  expect((await balance.json()).balance).toBe(400);
});
