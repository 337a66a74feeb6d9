import type { SfuEngine } from './sfu-engine.js'

/** A call of the engine took longer than its limit; what became of it is not known. */
export class EngineTimeout extends Error {
  override readonly name = 'EngineTimeout'
}

/**
 * The same engine, but each call settles within `limitMs`, with an `EngineTimeout` if need be, so that an engine that hangs holds up
 * nobody's next request. A room or transport that opens after all is closed again.
 */
export function limitedEngine(engine: SfuEngine, limitMs: number): SfuEngine {
  const limit = <Result>(call: string, result: Promise<Result>, undo?: () => Promise<void>): Promise<Result> => new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new EngineTimeout(`the media engine did not finish "${call}" within ${limitMs / 1000} s`))
      if (undo !== undefined) result.then(undo).catch(() => undefined)
    }, limitMs)
    result.finally(() => clearTimeout(timer)).then(resolve, reject)
  })
  return {
    openRoom: (roomId) => limit('openRoom', engine.openRoom(roomId), () => engine.closeRoom(roomId)),
    closeRoom: (roomId) => limit('closeRoom', engine.closeRoom(roomId)),
    openTransport: (roomId, transportId, options) =>
      limit('openTransport', engine.openTransport(roomId, transportId, options), () => engine.closeTransport(transportId)),
    closeTransport: (transportId) => limit('closeTransport', engine.closeTransport(transportId)),
    receive: (transportId, offer) => limit('receive', engine.receive(transportId, offer)),
    send: (transportId, consumers) => limit('send', engine.send(transportId, consumers)),
    restart: (transportId) => limit('restart', engine.restart(transportId)),
    answer: (transportId, offerId, sdp) => limit('answer', engine.answer(transportId, offerId, sdp)),
    addCandidate: (transportId, candidate) => limit('addCandidate', engine.addCandidate(transportId, candidate)),
    stats: () => engine.stats(),
    on: (listener) => engine.on(listener),
    close: () => limit('close', engine.close()),
  }
}
