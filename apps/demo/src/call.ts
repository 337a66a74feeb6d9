import type AliRtcEngine from '@earshot/sdk-core'
import type { AuthInfo, UserInfo } from '@earshot/sdk-core'
import { createCallView, type CallView } from './call-view.js'
import type { Notices } from './notices.js'
import { OwnMedia } from './own-media.js'
import { readProblem, type Problem } from './problem.js'
import { NO_STREAMS, streamNews, streamsState, type StreamsState } from './stream-state.js'
import { createSubscriptions } from './subscriptions.js'
import { wordsFor, type Texts } from './texts.js'
import type { Tile } from './tile.js'

const AUTOPLAY_REFUSED = [10200, 10201]
/** The session is gone and does not come back by itself. */
const SESSION_LOST = [10310, 10311]
/** Every callback goes into the log. */
const CALLBACKS = [
  'onJoin', 'onLeave', 'onPublisher', 'onUnPublisher', 'onNotify', 'onUpdateRole', 'onBye', 'onError', 'onAudioLevel', 'onMedia', 'onConnectionChange',
] as const

export interface CallOptions {
  readonly engine: AliRtcEngine
  readonly auth: AuthInfo
  readonly channel: string
  readonly name: string
  readonly texts: Texts
  readonly notices: Notices
  copyLink(): void
  /** The page can show the call: we are in the channel. */
  onJoined(view: CallView): void
  /**
   * Once: we left, or the server ended it; `reason` in words when it was not our wish. The engine can join again when `left` resolves,
   * which it always does.
   */
  onEnded(left: Promise<void>, reason?: string): void
}

/** Joins, shows and ends one call. Rejects with the SDK's error when joining fails; nothing is left behind then. */
export async function startCall(options: CallOptions): Promise<void> {
  const { engine, auth, channel, name, texts, notices } = options
  const ended = new AbortController()
  const end = (reason?: string): void => {
    if (ended.signal.aborted) return
    ended.abort()
    engine.enableAudioVolumeIndicator = false
    view.close()
    options.onEnded(leave(engine), reason)
  }
  const view = createCallView(texts, channel, {
    toggleMicrophone: () => own.toggleMicrophone(),
    toggleCamera: () => own.toggleCamera(),
    toggleScreen: () => void own.toggleScreen(),
    leave: () => end(),
    copyLink: options.copyLink,
  })
  const own = new OwnMedia({ engine, view, notices, texts, name, signal: ended.signal })
  listen({ engine, view, own, notices, texts, end, signal: ended.signal })
  try {
    await engine.joinChannel(auth, name)
  } catch (error) {
    ended.abort()
    view.close()
    throw error
  }
  engine.enableAudioVolumeIndicator = true
  options.onJoined(view)
  await own.start()
}

/** The page is left whatever the server says to it: a refusal would help nobody. */
async function leave(engine: AliRtcEngine): Promise<void> {
  await Promise.allSettled([engine.leaveChannel()])
  await Promise.allSettled([engine.stopPreview()])
}

interface Listening {
  readonly engine: AliRtcEngine
  readonly view: CallView
  readonly own: OwnMedia
  readonly notices: Notices
  readonly texts: Texts
  end(reason?: string): void
  readonly signal: AbortSignal
}

/** Handlers must be there before joining: joining reports who is in the channel already. */
function listen(listening: Listening): void {
  const { engine, view, notices, texts, signal } = listening
  const removers = CALLBACKS.map((callback) => engine.on(callback, (payload: unknown) => view.log.add(callback, payload)))
  removers.push(...listenForPeople(listening), ...listenForNumbers(listening))
  removers.push(
    engine.on('onError', (error) => handleError(listening, readProblem(error))),
    engine.on('onBye', ({ code }) => listening.end(texts.bye[code] ?? texts.connection.disconnected)),
    engine.on('onConnectionChange', ({ state }) => {
      // The error that follows, if one does, says it better
      if (state === 'disconnected') return queueMicrotask(() => listening.end(texts.connection.disconnected))
      if (state === 'reconnecting') return notices.show('connection', { tone: 'warning', text: texts.connection.reconnecting, dismissable: false })
      if (notices.clear('connection')) notices.say(texts.said.connectedAgain)
    }),
  )
  signal.addEventListener('abort', () => { for (const remove of removers) remove() })
}

function listenForPeople({ engine, view, notices, texts }: Listening): (() => void)[] {
  const subscriptions = createSubscriptions(engine, (tile, problem) => {
    notices.show(`subscribe ${tile.name}`, { tone: 'warning', text: texts.notReceived(tile.name, wordsFor(texts, problem)) })
  })
  const showStreams = (tile: Tile, now: StreamsState): void => {
    for (const news of streamNews(tile.streams, now)) notices.say(texts.news(tile.name, news))
    tile.showStreams(now)
  }
  const showUser = (user: UserInfo): Tile => {
    const tile = view.tileOf(user)
    showStreams(tile, streamsState(user.streamConfigs))
    return tile
  }
  return [
    engine.on('onJoin', (user) => {
      showUser(user)
      notices.say(texts.joined(user.displayName))
    }),
    engine.on('onPublisher', (user) => subscriptions.follow(user.userId, showUser(user))),
    engine.on('onUnPublisher', (user) => {
      const tile = view.tiles.get(user.userId)
      if (tile) showStreams(tile, NO_STREAMS)
    }),
    engine.on('onLeave', (user) => {
      subscriptions.forget(user.userId)
      notices.clear(`subscribe ${user.displayName}`)
      view.removeTile(user.userId)
      notices.say(texts.left(user.displayName))
    }),
    engine.on('onNotify', (users) => { for (const user of users) if (view.tiles.has(user.userId)) showUser(user) }),
  ]
}

function listenForNumbers({ engine, view }: Listening): (() => void)[] {
  return [
    engine.on('onAudioLevel', (rows) => {
      const byUser = new Map(rows.map((row) => [row.userId, row]))
      for (const [userId, tile] of view.tiles) tile.showLevel(byUser.get(userId))
    }),
    engine.on('onMedia', (row) => view.tiles.get(row.userId)?.showMedia(row)),
  ]
}

function handleError({ view, own, notices, texts, end }: Listening, problem: Problem): void {
  if (problem.code !== undefined && AUTOPLAY_REFUSED.includes(problem.code)) return offerSound({ view, notices, texts })
  if (problem.code !== undefined && SESSION_LOST.includes(problem.code)) return end(wordsFor(texts, problem))
  if (own.handleError(problem)) return
  notices.show(`error ${problem.code ?? problem.message}`, { tone: 'error', text: wordsFor(texts, problem) })
}

/** The engine brings the sound back at the next gesture anywhere; the button is for those who wonder what to do. */
function offerSound({ view, notices, texts }: Pick<Listening, 'view' | 'notices' | 'texts'>): void {
  const play = async (): Promise<void> => {
    notices.clear('sound')
    const played = await Promise.allSettled([...view.tiles.values()].map((tile) => tile.playSound()))
    if (played.some((outcome) => outcome.status === 'rejected')) offerSound({ view, notices, texts })
  }
  notices.show('sound', { tone: 'info', text: texts.soundBlocked, action: { label: texts.call.playSound, run: () => void play() } })
}
