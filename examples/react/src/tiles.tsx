import type { AliRtcEngine, MediaEvent, UserInfo } from '@earshot/sdk-core'
import { useEffect, useRef, type ReactNode } from 'react'

interface Figures {
  readonly level: number | undefined
  readonly media: MediaEvent | undefined
}

/** Ourselves: the preview works whether or not anything is published. */
export function OwnTile({ engine, displayName, ...figures }: Figures & { readonly engine: AliRtcEngine; readonly displayName: string }) {
  const video = useRef<HTMLVideoElement>(null)
  useEffect(() => {
    if (video.current !== null) engine.startPreview(video.current).catch(() => undefined) // `publish` tells the same failure
  }, [engine])
  return (
    <Tile userId="0" displayName={displayName} {...figures}>
      <video ref={video} autoPlay playsInline muted />
    </Tile>
  )
}

/** Somebody else: camera, which brings the sound too, and the screen while there is one. */
export function RemoteTile({ engine, user, ...figures }: Figures & { readonly engine: AliRtcEngine; readonly user: UserInfo }) {
  const { userId, displayName, streamConfigs } = user
  const subscribed = streamConfigs.some((stream) => stream.subscribed)
  const sharing = streamConfigs.some(({ label, state, subscribed }) => label === 'sophon_video_screen_share' && state === 'active' && subscribed)
  const camera = useRef<HTMLVideoElement>(null)
  const screen = useRef<HTMLVideoElement>(null)
  useEffect(() => {
    if (subscribed && camera.current !== null) engine.setDisplayRemoteVideo(userId, camera.current, 1)
  }, [engine, userId, subscribed])
  useEffect(() => {
    if (sharing && screen.current !== null) engine.setDisplayRemoteVideo(userId, screen.current, 2)
  }, [engine, userId, sharing])
  return (
    <Tile userId={userId} displayName={displayName} {...figures}>
      <video ref={camera} autoPlay playsInline />
      {sharing && <video ref={screen} autoPlay playsInline />}
    </Tile>
  )
}

function Tile({ userId, displayName, level = 0, media, children }: Figures & { readonly userId: string; readonly displayName: string; readonly children: ReactNode }) {
  return (
    <section data-user-id={userId}>
      {children}
      <strong>{displayName}</strong>
      <meter min={0} max={100} value={level} aria-label="Level" />
      <output>{media && numbers(media)}</output>
    </section>
  )
}

function numbers({ rtt, camera, bytesSentPerSecond, bytesReceivedPerSecond }: MediaEvent): string {
  const size = camera ? `${camera.width}×${camera.height}, ${camera.fps} fps` : 'no camera'
  return `${rtt} ms, ${size}, ${Math.round((bytesSentPerSecond ?? bytesReceivedPerSecond ?? 0) / 1000)} kB/s`
}
