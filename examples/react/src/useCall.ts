import { AliRtcEngine, type AuthInfo, type MediaEvent, type UserInfo } from '@earshot/sdk-core'
import { useEffect, useState } from 'react'

/** One call at a time: an engine as React state. */
export interface Call {
  /** There while we are in a channel, or entering it. */
  readonly engine: AliRtcEngine | undefined
  readonly joined: boolean
  readonly displayName: string
  /** Everybody else, as `getUserList()` has them now. */
  readonly users: readonly UserInfo[]
  /** 0..100 by user id; '0' is ourselves, here and in `media`. */
  readonly levels: Readonly<Record<string, number>>
  readonly media: Readonly<Record<string, MediaEvent>>
  /** For people; '' when there is none. */
  readonly problem: string
  join(channel: string, displayName: string): Promise<void>
  leave(): void
}

/** @param login returns the auth info that your app server makes for a user of a channel */
export function useCall(login: (channel: string, user: string) => Promise<AuthInfo>): Call {
  const [engine, setEngine] = useState<AliRtcEngine>()
  const [joined, setJoined] = useState(false)
  const [displayName, setDisplayName] = useState('')
  const [users, setUsers] = useState<readonly UserInfo[]>([])
  const [levels, setLevels] = useState<Readonly<Record<string, number>>>({})
  const [media, setMedia] = useState<Readonly<Record<string, MediaEvent>>>({})
  const [problem, setProblem] = useState('')

  // Leaves, releases the devices and removes all listeners, also when the component goes
  useEffect(() => () => { void engine?.dispose() }, [engine])

  function end(reason = ''): void {
    setEngine(undefined)
    setJoined(false)
    setUsers([])
    setLevels({})
    setMedia({})
    setProblem(reason)
  }

  async function join(channel: string, name: string): Promise<void> {
    const engine = new AliRtcEngine()
    listen(engine)
    setEngine(engine)
    setDisplayName(name)
    setProblem('')
    try {
      await engine.isSupport()
      await engine.joinChannel(await login(channel, name), name)
      setJoined(true)
      await engine.publish()
    } catch (error) {
      end(textOf(error))
    }
  }

  /** Before joining, because joining tells who is there already. */
  function listen(engine: AliRtcEngine): void {
    const follow = follower(engine)
    const refresh = (): void => setUsers(engine.getUserList())
    for (const name of ['onJoin', 'onLeave', 'onUnPublisher', 'onNotify'] as const) engine.on(name, refresh)
    engine.on('onPublisher', ({ userId }) => { void follow(userId).catch((error: unknown) => setProblem(textOf(error))).then(refresh) })
    engine.on('onAudioLevel', (rows) => setLevels(Object.fromEntries(rows.map(({ userId, level }) => [userId, level]))))
    engine.on('onMedia', (row) => setMedia((before) => ({ ...before, [row.userId]: row })))
    engine.on('onError', (error) => setProblem(textOf(error)))
    engine.on('onBye', ({ message }) => end(message))
    engine.enableAudioVolumeIndicator = true
  }

  return { engine, joined, displayName, users, levels, media, problem, join, leave: () => end() }
}

/** Subscribes to everything that a user sends; one `subscribe` waits for the one before, else it is refused with 10500. */
function follower(engine: AliRtcEngine): (userId: string) => Promise<void> {
  let turn = Promise.resolve()
  return (userId) => {
    const subscribed = turn.then(async () => {
      if (engine.getUserInfo(userId) === null) return // left meanwhile
      engine.configRemoteScreenTrack(userId, true) // audio and camera are on already
      await engine.subscribe(userId)
    })
    turn = subscribed.catch(() => undefined)
    return subscribed
  }
}

/** What the SDK throws is an `AliRtcError` with a `code`; `login` may throw anything. */
function textOf(error: unknown): string {
  const { code, message } = error as { code?: number; message?: string }
  return [code, message ?? String(error)].filter(Boolean).join(': ')
}
