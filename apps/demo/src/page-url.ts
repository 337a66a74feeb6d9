/** What the address bar says: `/?channel=R&name=U&join=1&audioProcessing=0&lang=zh`, every part optional. */
export interface PageUrl {
  /** '' when absent. Not checked here: the form shows what is wrong with it. */
  readonly channel: string
  /** '' when absent. */
  readonly name: string
  /** Join without waiting for the button. */
  readonly join: boolean
  /** Echo cancellation, noise suppression and gain control of the own microphone. Default true. */
  readonly audioProcessing: boolean
  /** Absent: the browser's preference decides. */
  readonly lang?: Language
}

export type Language = 'en' | 'zh'

/** Reads `location.search`; what is unknown or malformed counts as absent. */
export function readPageUrl(search: string): PageUrl {
  const query = new URLSearchParams(search)
  const lang = query.get('lang')
  return {
    channel: (query.get('channel') ?? '').trim(),
    name: (query.get('name') ?? '').trim(),
    join: query.get('join') === '1',
    audioProcessing: query.get('audioProcessing') !== '0',
    ...(lang === 'en' || lang === 'zh' ? { lang } : {}),
  }
}

/** The query string of a state, '' or starting with `?`; defaults are left out, so that links stay short. */
export function formatPageUrl(page: PageUrl): string {
  const query = new URLSearchParams()
  if (page.channel) query.set('channel', page.channel)
  if (page.name) query.set('name', page.name)
  if (page.join) query.set('join', '1')
  if (!page.audioProcessing) query.set('audioProcessing', '0')
  if (page.lang) query.set('lang', page.lang)
  const text = query.toString()
  return text && `?${text}`
}

/** The link for somebody else: without our name, because a second login with the same name ends the first. */
export function invitation(page: PageUrl): string {
  return formatPageUrl({ channel: page.channel, name: '', join: false, audioProcessing: true, ...(page.lang ? { lang: page.lang } : {}) })
}

/** The first of the browser's languages that we have; English when there is none. */
export function preferredLanguage(languages: readonly string[]): Language {
  for (const language of languages) {
    const primary = language.toLowerCase().split('-')[0]
    if (primary === 'zh' || primary === 'en') return primary
  }
  return 'en'
}

/** Why this cannot be a channel id, or undefined. The rule is the protocol's: 1 to 64 of `[A-Za-z0-9_-]`, and not "0". */
export function channelFault(channel: string): 'empty' | 'malformed' | undefined {
  if (channel === '') return 'empty'
  return /^[A-Za-z0-9_-]{1,64}$/.test(channel) && channel !== '0' ? undefined : 'malformed'
}
