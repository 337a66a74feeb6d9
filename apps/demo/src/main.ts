import AliRtcEngine from '@earshot/sdk-core'
import { startCall } from './call.js'
import { button, element } from './dom.js'
import { createJoinForm, type JoinForm } from './join-form.js'
import { login } from './login.js'
import { createNotices, type Notices } from './notices.js'
import { formatPageUrl, invitation, preferredLanguage, readPageUrl, type Language, type PageUrl } from './page-url.js'
import { readProblem } from './problem.js'
import { TEXTS, wordsFor, type Texts } from './texts.js'

declare global {
  interface Window {
    /** The engine of the page, for trying things in the console and for tests. */
    earshot: AliRtcEngine
  }
}

/** Everything that is drawn anew when the language changes or a call ends. */
interface Shown {
  readonly texts: Texts
  readonly notices: Notices
  readonly form: JoinForm
}

let page: PageUrl = readPageUrl(location.search)
/** Resolves when the last call has been left. */
let left: Promise<void> = Promise.resolve()
let engineProcessing = page.audioProcessing
window.earshot = new AliRtcEngine({ audioProcessing: engineProcessing })
const first = showForm()
if (page.join && window.isSecureContext && first.form.validate()) void join(first)

function showForm(): Shown {
  const language = page.lang ?? preferredLanguage(navigator.languages)
  const texts = TEXTS[language]
  const notices = createNotices(texts.call)
  const form = createJoinForm({
    texts, page, secure: window.isSecureContext,
    onChange: setPage,
    onJoin: () => void join(shown),
    onCopyLink: () => void copyLink(shown),
  })
  const shown: Shown = { texts, notices, form }
  document.documentElement.lang = texts.locale
  document.title = texts.title('')
  document.body.className = 'on-form'
  document.body.replaceChildren(header(texts, language), element('main', {}, notices.root, form.root))
  return shown
}

function header(texts: Texts, language: Language): HTMLElement {
  const choose = (lang: Language, label: string): HTMLElement =>
    button({ class: 'plain', lang: TEXTS[lang].locale, 'aria-pressed': String(lang === language) }, () => {
      setPage({ ...page, lang })
      showForm()
      document.querySelector<HTMLElement>('.languages [aria-pressed=true]')?.focus() // the pressed button was drawn anew
    }, label)
  return element('header', {},
    element('img', { src: './earshot.svg', alt: '', width: 28, height: 28 }), element('p', { class: 'brand' }, 'Earshot'), element('p', { class: 'tagline' }, texts.tagline),
    element('div', { class: 'languages', role: 'group', 'aria-label': texts.language }, choose('en', 'English'), choose('zh', '中文')))
}

async function join({ texts, notices, form }: Shown): Promise<void> {
  const { channel, name } = page
  notices.clearAll()
  form.setBusy(true)
  const [answer] = await Promise.all([login(channel, name), left])
  if (!answer.ok) return refuse(texts.login(answer.fault))
  try {
    await startCall({
      engine: engineFor(page.audioProcessing),
      auth: { ...answer.auth, channel }, channel, name, texts, notices,
      copyLink: () => void copyLink({ texts, notices }),
      onJoined(view) {
        document.title = texts.title(channel)
        document.body.className = 'in-call'
        document.querySelector('.languages')?.remove()
        form.root.replaceWith(view.root)
        view.heading.focus()
      },
      onEnded(leaving, reason) {
        left = leaving
        const shown = showForm()
        if (reason) shown.notices.show('ended', { tone: 'error', text: reason })
        else shown.notices.say(texts.said.youLeft)
        shown.form.heading.focus()
      },
    })
  } catch (error) {
    refuse(wordsFor(texts, readProblem(error)))
  }

  function refuse(text: string): void {
    form.setBusy(false)
    notices.show('join', { tone: 'error', text })
  }
}

/** Voice processing is chosen at construction; an engine that was not yet made for this choice is replaced. */
function engineFor(audioProcessing: boolean): AliRtcEngine {
  if (audioProcessing !== engineProcessing) {
    engineProcessing = audioProcessing
    window.earshot = new AliRtcEngine({ audioProcessing })
  }
  return window.earshot
}

/** The address bar always says what the form says. */
function setPage(now: PageUrl): void {
  page = now
  history.replaceState(null, '', `${location.pathname}${formatPageUrl(now)}`)
}

async function copyLink({ texts, notices }: Pick<Shown, 'texts' | 'notices'>): Promise<void> {
  const link = `${location.origin}${location.pathname}${invitation(page)}`
  try {
    await navigator.clipboard.writeText(link)
    notices.show('link', { tone: 'info', text: texts.said.linkCopied })
  } catch {
    notices.show('link', { tone: 'info', text: texts.linkNotCopied(link) }) // refused, or not a secure context
  }
}
