import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { launchBrowser } from './browser.ts'
import { wavFile, wavRate } from './wav.ts'

/** A show for tests with guests: a blue canvas of 640x360, and a tone of `hz`. */
export const talkShow = (hz: number, outputs: readonly object[] = []) => ({
  format: 'ami-streams/collection',
  version: 1,
  name: 'Evening',
  frameRate: 30,
  canvases: [{ id: 'main', name: 'Main', width: 640, height: 360, scene: 'talk' }],
  scenes: [{ id: 'talk', name: 'Talk', items: [{ source: 'blue' }] }],
  sources: [
    { id: 'blue', name: 'Blue', kind: 'color', settings: { color: '#0000ff', width: 640, height: 360 } },
    { id: 'music', name: 'Music', kind: 'tone', settings: { frequency: hz } },
  ],
  outputs,
})

/** A browser whose microphone has a tone; its camera is magenta, or it has two of the browser's own. Its files are in `folder`. */
export function browserWithDevices(folder: string, hz: number, cameras: 1 | 2 = 1): Promise<Browser> {
  const [tone, camera] = [join(folder, `${hz}.wav`), join(folder, `${hz}.y4m`)]
  writeFileSync(tone, pulsingTone(hz))
  writeFileSync(camera, magentaCamera())
  return launchBrowser({
    args: [
      `--use-fake-device-for-media-stream=device-count=${cameras}`,
      '--use-fake-ui-for-media-stream',
      `--use-file-for-fake-audio-capture=${tone}`,
      ...(cameras === 1 ? [`--use-file-for-fake-video-capture=${camera}`] : []),
    ],
  })
}

/** Four seconds of a tone that comes and goes four times in a second, as speech does: browsers take a steady one for noise. */
function pulsingTone(hz: number): Buffer {
  const samples = new Int16Array(wavRate * 4)
  for (let at = 0; at < samples.length; at++) {
    const loud = Math.max(0, Math.sin((2 * Math.PI * 4 * at) / wavRate))
    samples[at] = Math.round(20_000 * loud * Math.sin((2 * Math.PI * hz * at) / wavRate))
  }
  return wavFile(samples, 1)
}

/** A Y4M file of one colour, for browsers' fake cameras. */
function magentaCamera(): Buffer {
  const [width, height] = [320, 180]
  const frame = [
    Buffer.from('FRAME\n'),
    Buffer.alloc(width * height, 105),
    Buffer.alloc((width * height) / 4, 212),
    Buffer.alloc((width * height) / 4, 234),
  ]
  return Buffer.concat([Buffer.from(`YUV4MPEG2 W${width} H${height} F30:1 Ip A1:1 C420jpeg\n`), ...frame, ...frame, ...frame, ...frame])
}
