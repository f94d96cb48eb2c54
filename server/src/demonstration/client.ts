import type { Contract, Input, Success } from '@second-look/core/contract';

/** A client of the public API, as any other: the demonstration comes about the way lessons do. */
export interface Client {
  call<N extends keyof Contract & string>(
    name: N,
    given?: {
      params?: Record<string, string>;
      body?: Input<Contract[N], 'body'>;
      query?: Record<string, string>;
    },
  ): Promise<Success<Contract[N]>>;
  /** Sends a file's bytes by tus to a recording that is a draft. */
  upload(recordingId: string, filename: string, bytes: Uint8Array): Promise<void>;
}

/**
 * @param address of the running server, such as `http://127.0.0.1:3000`
 * @throws Error with what the server said, where it refused
 */
export async function signIn(address: string, email: string, password: string): Promise<Client> {
  const signedIn = await send('POST', '/api/auth/sign-in/email', {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  });
  const cookie = signedIn.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');

  async function send(method: string, path: string, init: RequestInit): Promise<Response> {
    const response = await fetch(new URL(path, address), { ...init, method });
    if (!response.ok)
      throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response;
  }

  return {
    call: async (name, { params = {}, body, query } = {}) => {
      const [method = '', template = ''] = name.split(' ');
      const path = template.replace(/:(\w+)/g, (_, key: string) =>
        encodeURIComponent(params[key] ?? ''),
      );
      const response = await send(method, query ? `${path}?${new URLSearchParams(query)}` : path, {
        headers: { cookie, ...(body !== undefined && { 'content-type': 'application/json' }) },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      return response.status === 204 ? undefined : JSON.parse(await response.text());
    },
    upload: async (recordingId, filename, bytes) => {
      const base64 = (text: string) => Buffer.from(text).toString('base64');
      const metadata = { recordingId, filename, filetype: 'video/mp4' };
      const created = await send('POST', '/api/uploads', {
        headers: {
          cookie,
          'tus-resumable': '1.0.0',
          'upload-length': String(bytes.length),
          'upload-metadata': Object.entries(metadata)
            .map(([key, value]) => `${key} ${base64(value)}`)
            .join(','),
        },
      });
      await send('PATCH', created.headers.get('location') ?? '', {
        headers: {
          cookie,
          'tus-resumable': '1.0.0',
          'upload-offset': '0',
          'content-type': 'application/offset+octet-stream',
        },
        body: bytes,
      });
    },
  };
}
