import type { AliRtcEngine, AuthInfo } from '@earshot/sdk-core'
import { useState, type FormEvent } from 'react'
import { OwnTile, RemoteTile } from './tiles'
import { useCall } from './useCall'

/** Your channel server; VITE_EARSHOT_SERVER names another. */
const server: string = import.meta.env['VITE_EARSHOT_SERVER'] ?? 'http://localhost:8080'

/** In production your own app server answers this, with a key that no browser sees. */
async function login(channel: string, user: string): Promise<AuthInfo> {
  const response = await fetch(`${server}/app/v1/login?${new URLSearchParams({ room: channel, user }).toString()}`)
  const { data } = await response.json() as { data: AuthInfo }
  return { ...data, channel }
}

export function App() {
  const { engine, joined, displayName, users, levels, media, problem, join, leave } = useCall(login)
  return (
    <>
      <h1>A call in React</h1>
      {engine === undefined && <JoinForm onJoin={join} />}
      {engine !== undefined && joined && <Controls engine={engine} onLeave={leave} />}
      <p role="alert">{problem}</p>
      {engine !== undefined && (
        <main>
          <OwnTile engine={engine} displayName={displayName} level={levels['0']} media={media['0']} />
          {users.map((user) => <RemoteTile key={user.userId} engine={engine} user={user} level={levels[user.userId]} media={media[user.userId]} />)}
        </main>
      )}
    </>
  )
}

function JoinForm({ onJoin }: { readonly onJoin: (channel: string, name: string) => void }) {
  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault()
    const fields = new FormData(event.currentTarget)
    onJoin(String(fields.get('channel')), String(fields.get('name')))
  }
  return (
    <form onSubmit={submit}>
      <label>Channel <input name="channel" defaultValue="team-call" required /></label>{' '}
      <label>Name <input name="name" maxLength={64} required /></label>{' '}
      <button>Join</button>
    </form>
  )
}

/** `publish` and the mutes apply at once; the flags stay what they are until the next `publish`. */
function Controls({ engine, onLeave }: { readonly engine: AliRtcEngine; readonly onLeave: () => void }) {
  const [microphone, setMicrophone] = useState(true)
  const [camera, setCamera] = useState(true)
  return (
    <p>
      <label><input type="checkbox" checked={microphone} onChange={({ target }) => { if (engine.muteLocalMic(!target.checked)) setMicrophone(target.checked) }} /> Microphone</label>{' '}
      <label><input type="checkbox" checked={camera} onChange={({ target }) => { if (engine.muteLocalCamera(!target.checked)) setCamera(target.checked) }} /> Camera</label>{' '}
      <button onClick={() => shareScreen(engine)}>Share the screen, or stop</button>{' '}
      <button onClick={onLeave}>Leave</button>
    </p>
  )
}

function shareScreen(engine: AliRtcEngine): void {
  engine.configLocalScreenPublish = !engine.configLocalScreenPublish
  engine.publish().catch(() => undefined) // onError has said why
}
