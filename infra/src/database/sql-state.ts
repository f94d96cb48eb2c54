/** The SQLSTATE behind a failed query, wherever the driver or drizzle keeps it; EPIPE and its like look the same, but none begins with E. */
export function sqlState(error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (
      'code' in cause &&
      typeof cause.code === 'string' &&
      /^(?!E)[0-9A-Z]{5}$/.test(cause.code)
    ) {
      return cause.code;
    }
  }
  return undefined;
}
