/** One person's browser, without the browser. */
export interface Client {
  id: string;
  /** The session, as a `Cookie` header. */
  cookie: string;
  address: string;
  /** Asks as this person; `body` goes as JSON. */
  ask(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer>;
  /** Asks as this person and expects a yes. @returns the answer's JSON */
  // biome-ignore lint/suspicious/noExplicitAny: tests say what they expect by expecting it
  get(path: string): Promise<any>;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  post(path: string, body?: unknown): Promise<any>;
}

export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  json: any;
  text: string;
}

/** Sends one request; `cookie` and other headers as given. */
export async function send(
  address: string,
  method: string,
  path: string,
  { body, headers = {} }: { body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const response = await fetch(new URL(path, address), {
    method,
    redirect: 'manual',
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') && text !== '';
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: isJson ? JSON.parse(text) : undefined,
  };
}

/** The `Cookie` header that a browser would send after this answer. */
export function cookieOf(headers: Headers): string {
  return headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
}

export async function signIn(address: string, email: string, password: string): Promise<Client> {
  const signedIn = await send(address, 'POST', '/api/auth/sign-in/email', {
    body: { email, password },
  });
  if (signedIn.status !== 200) throw new Error(`Signing in: ${signedIn.status} ${signedIn.text}`);
  return withSession(address, signedIn.json.user.id, cookieOf(signedIn.headers));
}

/** Somebody who is signed in already, asking this server. */
export function withSession(address: string, id: string, cookie: string): Client {
  const ask: Client['ask'] = (method, path, body, headers) =>
    send(address, method, path, { body, headers: { cookie, ...headers } });
  const insist = async (method: string, path: string, body?: unknown) => {
    const answer = await ask(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.json;
  };
  return {
    id,
    cookie,
    address,
    ask,
    get: (path) => insist('GET', path),
    post: (path, body = {}) => insist('POST', path, body),
  };
}
