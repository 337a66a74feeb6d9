import type { AuthInfo } from '@earshot/sdk-core'

/** Why there is no auth info, in the form the texts know. */
export type LoginFault =
  | { readonly kind: 'unreachable' }
  /** The server runs without development login. */
  | { readonly kind: 'no-development-login' }
  | { readonly kind: 'refused'; readonly status: number; readonly message: string }

export type LoginAnswer =
  | { readonly ok: true; readonly auth: Omit<AuthInfo, 'channel'> }
  | { readonly ok: false; readonly fault: LoginFault }

/** Asks the page's own server for what `joinChannel` needs. Never rejects. */
export async function login(channel: string, user: string): Promise<LoginAnswer> {
  try {
    const response = await fetch(`/app/v1/login?${new URLSearchParams({ room: channel, user }).toString()}`)
    return readLoginAnswer(response.status, await response.text())
  } catch {
    return { ok: false, fault: { kind: 'unreachable' } }
  }
}

/** Pure: the body of the answer, checked as far as `joinChannel` does not check it itself. */
export function readLoginAnswer(status: number, body: string): LoginAnswer {
  const answer = parseObject(body)
  const data = answer?.['data']
  if (status === 200 && answer?.['code'] === 0 && typeof data === 'object' && data !== null) {
    // joinChannel names the first field that is missing or wrong, so only the shape "an object" is established here
    return { ok: true, auth: data as Omit<AuthInfo, 'channel'> }
  }
  if (status === 404) return { ok: false, fault: { kind: 'no-development-login' } }
  const message = typeof answer?.['message'] === 'string' ? answer['message'] : body.slice(0, 200)
  return { ok: false, fault: { kind: 'refused', status, message } }
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
}
