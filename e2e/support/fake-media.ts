import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('../test-results/media/', import.meta.url))

/** A steady tone, 16 bit mono 48 kHz. Longer than any test: where the browser repeats the file there is a click, which Opus makes louder than the tone. */
export function toneFile({ hertz, dbfs, seconds = 120 }: { hertz: number; dbfs: number; seconds?: number }): string {
  const rate = 48_000
  const amplitude = 10 ** (dbfs / 20) * 32_767
  const samples = new Int16Array(rate * seconds)
  for (let n = 0; n < samples.length; n++) samples[n] = Math.round(amplitude * Math.sin((2 * Math.PI * hertz * n) / rate))
  const header = Buffer.alloc(44)
  header.write('RIFF', 0)
  header.writeUInt32LE(36 + samples.byteLength, 4)
  header.write('WAVEfmt ', 8)
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(1, 20) // PCM
  header.writeUInt16LE(1, 22) // channels
  header.writeUInt32LE(rate, 24)
  header.writeUInt32LE(rate * 2, 28)
  header.writeUInt16LE(2, 32)
  header.writeUInt16LE(16, 34)
  header.write('data', 36)
  header.writeUInt32LE(samples.byteLength, 40)
  return write(`tone-${hertz}-${dbfs}.wav`, Buffer.concat([header, Buffer.from(samples.buffer)]))
}

/** A white bar that moves over a coloured ground, so that frames differ and people can be told apart. `u` and `v` are chroma, 0..255. */
export function cameraFile({ name, u, v }: { name: string; u: number; v: number }): string {
  const [width, height, frames] = [640, 480, 30]
  const parts: Buffer[] = [Buffer.from(`YUV4MPEG2 W${width} H${height} F15:1 Ip A1:1 C420jpeg\n`)]
  for (let frame = 0; frame < frames; frame++) {
    const luma = Buffer.alloc(width * height, 110)
    const left = Math.floor((frame * width) / frames)
    for (let y = 0; y < height; y++) luma.fill(235, y * width + left, y * width + Math.min(left + 40, width))
    const chroma = (width * height) / 4
    parts.push(Buffer.from('FRAME\n'), luma, Buffer.alloc(chroma, u), Buffer.alloc(chroma, v))
  }
  return write(`camera-${name}.y4m`, Buffer.concat(parts))
}

function write(name: string, data: Buffer): string {
  fs.mkdirSync(folder, { recursive: true })
  const file = path.join(folder, name)
  fs.writeFileSync(file, data)
  return file
}
