import type { Contract, Input, Problem, Success } from '@second-look/core/contract';

/** What went wrong with a request. `code` is the server's, or `offline` where no answer came at all. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly status: number;
  readonly code: string;
  /** A sentence for the reader; empty where nothing came from the server. */
  readonly detail: string;
  readonly fields: { path: string; message: string }[];
  readonly requestId: string;

  constructor(problem: Partial<Problem> & { status: number; code: string }) {
    super(problem.detail || problem.code);
    this.status = problem.status;
    this.code = problem.code;
    this.detail = problem.detail ?? '';
    this.fields = problem.fields ?? [];
    this.requestId = problem.requestId ?? '';
  }
}

type Given<N extends keyof Contract, K extends 'params' | 'query' | 'body'> =
  Input<Contract[N], K> extends undefined ? { [key in K]?: undefined } : Needed<N, K>;
type Needed<N extends keyof Contract, K extends 'params' | 'query' | 'body'> =
  object extends Input<Contract[N], K>
    ? { [key in K]?: Input<Contract[N], K> }
    : { [key in K]: Input<Contract[N], K> };

/** What a call takes beside its name: exactly what the route's contract asks for. */
export type CallOptions<N extends keyof Contract> = Given<N, 'params'> &
  Given<N, 'query'> &
  Given<N, 'body'> & { signal?: AbortSignal };

/**
 * Calls a route by its name, `METHOD /path/:param`.
 * @throws {ApiProblem} for every answer that is no success, and where there was no answer
 */
export async function call<N extends keyof Contract>(
  name: N,
  options: CallOptions<N>,
): Promise<Success<Contract[N]>> {
  const [method = 'GET', path = ''] = name.split(' ');
  const response = await send(
    fillPath(path, options.params as Record<string, unknown> | undefined) +
      toQuery(options.query as Record<string, unknown> | undefined),
    { method, body: options.body, signal: options.signal },
  );
  return (response.status === 204 ? undefined : await response.json()) as Success<Contract[N]>;
}

/**
 * One JSON request to this origin; for what the contract does not name (better-auth's routes).
 * @throws {ApiProblem}
 */
export async function send(
  address: string,
  { method, body, signal }: { method: string; body?: unknown; signal?: AbortSignal },
): Promise<Response> {
  const response = await fetch(address, {
    method,
    headers: {
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    body: body === undefined ? null : JSON.stringify(body),
    credentials: 'same-origin',
    signal: signal ?? null,
  }).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiProblem({ status: 0, code: 'offline' });
  });
  if (response.ok) return response;
  throw await readProblem(response);
}

async function readProblem(response: Response): Promise<ApiProblem> {
  // Whatever stands between (a school's proxy) may answer in HTML; better-auth has `message` for `detail`.
  const answer: Partial<Problem> & { message?: string } = await response.json().catch(() => ({}));
  return new ApiProblem({
    ...answer,
    status: response.status,
    code: answer.code ?? (response.status === 401 ? 'signed_out' : 'internal'),
    detail: answer.detail ?? answer.message ?? '',
  });
}

function fillPath(path: string, params: Record<string, unknown> = {}): string {
  return path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(params[name])));
}

function toQuery(query: Record<string, unknown> = {}): string {
  const given = Object.entries(query).filter(([, value]) => value != null);
  if (given.length === 0) return '';
  return `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`;
}
