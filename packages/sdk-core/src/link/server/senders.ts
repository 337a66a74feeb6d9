import type { CameraLayer, Slot } from '@earshot/protocol'
import { CAMERA_LAYERS, hasTwoLayers, preferring, SLOTS, tuning, type Publication, type Sending } from './publication.js'

/** The three senders of a publishing connection. */
export interface Senders {
  /** Whether the camera of a publication is sent in two layers: the sender has two encodings, and the picture is large enough. */
  layered(publication: Publication): boolean
  /** Puts each slot's track on its sender, or none. */
  attach(publication: Publication): Promise<void>
  /** Bounds and switches the encodings. After the answer: before, Chromium forgets `active: false` and offers paused layers. */
  tune(publication: Publication): Promise<void>
  /** Which section is which slot; once the local description is set. */
  slots(): readonly { readonly mid: string; readonly slot: Slot }[]
  slotOf(mid: string): Slot | undefined
}

/** Adds the sections for audio, camera and screen to a fresh connection. */
export function openSenders(peer: RTCPeerConnection): Senders {
  const transceivers: Readonly<Record<Slot, RTCRtpTransceiver>> = {
    audio: preferred(peer.addTransceiver('audio', { direction: 'sendonly' }), 'audio/opus'),
    camera: preferred(addCamera(peer), 'video/VP8'),
    screen: preferred(peer.addTransceiver('video', { direction: 'sendonly' }), 'video/VP8'),
  }
  const tracks = (publication: Publication): (readonly [Slot, RTCRtpSender, Sending | undefined])[] =>
    SLOTS.map((slot) => [slot, transceivers[slot].sender, publication.get(slot)])
  const slots = (): { readonly mid: string; readonly slot: Slot }[] =>
    SLOTS.flatMap((slot) => transceivers[slot].mid === null ? [] : [{ mid: transceivers[slot].mid, slot }])
  const simulcast = transceivers.camera.sender.getParameters().encodings.length > 1
  return {
    layered: (publication) => simulcast && isLayered(publication.get('camera')),
    attach: async (publication) => {
      await Promise.all(tracks(publication).map(([, sender, sending]) => sender.replaceTrack(sending?.track ?? null)))
    },
    tune: async (publication) => {
      await Promise.all(tracks(publication).map(([slot, sender, sending]) => tune(slot, sender, sending)))
    },
    slots,
    slotOf: (mid) => slots().find((row) => row.mid === mid)?.slot,
  }
}

async function tune(slot: Slot, sender: RTCRtpSender, sending: Sending | undefined): Promise<void> {
  const parameters = sender.getParameters()
  const height = sending?.track.getSettings().height
  const layered = parameters.encodings.length > 1
  parameters.encodings = parameters.encodings.map((encoding) => {
    const layer = layered ? layerOf(encoding.rid) : undefined
    const options = layer === 'small' && !isLayered(sending) ? undefined : sending?.options
    const tuned = { ...encoding, ...tuning(slot, layer, options, height) }
    if (sending?.options.maxFramerate === undefined) delete tuned.maxFramerate // the bound of the track before
    return tuned
  })
  await sender.setParameters(parameters)
}

function isLayered(camera: Sending | undefined): boolean {
  return camera === undefined || hasTwoLayers(camera.track.getSettings())
}

function layerOf(rid: string | undefined): CameraLayer {
  return rid === 'small' ? 'small' : 'large'
}

function addCamera(peer: RTCPeerConnection): RTCRtpTransceiver {
  try {
    return peer.addTransceiver('video', { direction: 'sendonly', sendEncodings: CAMERA_LAYERS.map((layer) => ({ ...layer })) })
  } catch {
    return peer.addTransceiver('video', { direction: 'sendonly' }) // a browser that knows no simulcast sends the large layer only
  }
}

function preferred(transceiver: RTCRtpTransceiver, mimeType: string): RTCRtpTransceiver {
  const codecs = RTCRtpReceiver.getCapabilities(mimeType.slice(0, 5))?.codecs
  if (codecs !== undefined) transceiver.setCodecPreferences?.(preferring(mimeType, codecs))
  return transceiver
}
