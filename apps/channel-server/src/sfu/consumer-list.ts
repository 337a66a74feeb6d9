import { SfuError, type Consumer } from './sfu-engine.js'

/** What a client could not tell apart or a session description could not carry. Throws an `SfuError` that names it. */
export function checkConsumers(consumers: readonly Consumer[]): void {
  const sources = new Set<string>()
  const tracks = new Set<string>()
  for (const { sourceId, streamId, trackId } of consumers) {
    for (const [name, value] of [['streamId', streamId], ['trackId', trackId]] as const) {
      if (!/^[\x21-\x7e]{1,64}$/.test(value)) throw new SfuError(`${name} ${JSON.stringify(value.slice(0, 80))} must be 1 to 64 visible ASCII characters`)
    }
    if (sources.has(sourceId)) throw new SfuError(`source ${JSON.stringify(sourceId)} is named twice`)
    // Browsers reject a description with the same msid twice.
    if (tracks.has(`${streamId} ${trackId}`)) throw new SfuError(`streamId ${JSON.stringify(streamId)} and trackId ${JSON.stringify(trackId)} are used twice`)
    sources.add(sourceId)
    tracks.add(`${streamId} ${trackId}`)
  }
}
