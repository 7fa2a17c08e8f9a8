import type { Answer, HasRoute, Method } from '../../src-main/api/typed-api.ts'
import type { RunningHost } from './host.ts'
import { requestsTo } from './requests.ts'
import { until } from './until.ts'

/** How an output is; each kind has figures of its own. */
type OutputReport = Omit<Answer<'GET', '/studio'>['outputs'][number], 'statistics'> & { readonly statistics: Readonly<Record<string, any>> }

type TypedRequests = <const M extends Method, const Path extends string>(
  method: M,
  path: HasRoute<M, Path> extends true ? Path : never,
  body?: unknown,
) => Promise<Answer<M, Path>>

/** A show of the studio for tests of its outputs: the test card with its beep on a canvas of 640x360 at 30 fps. */
export interface Show {
  /** Adds an output; settings and encodings over what all have. */
  add(id: string, kind: string, settings: object, more?: object): Promise<void>
  start(id: string): Promise<OutputReport>
  stop(id: string): Promise<void>
  /** Does what its kind can; answers what it made. */
  command(id: string, command: string, details?: object): Promise<any>
  report(id: string): Promise<OutputReport>
  /** Waits until the output's report is as wanted; fails with the last one. */
  until(id: string, accept: (report: OutputReport) => boolean, timeoutMs?: number): Promise<OutputReport>
  /** Process of the studio. */
  worker(): Promise<number>
  /** Puts a scene on air; answers its first frame. */
  switchTo(scene: string): Promise<number>
}

/** A cheap encoding with a keyframe each second. */
export const smallVideo = { encoder: 'libx264', preset: 'ultrafast', bitrateKbps: 800, keyframeMs: 1000 }

const document = {
  format: 'ami-streams/collection',
  version: 1,
  name: 'outputs',
  frameRate: 30,
  canvases: [{ id: 'main', name: 'Main', width: 640, height: 360, scene: 'welcome' }],
  scenes: [
    { id: 'welcome', name: 'Welcome', items: [{ source: 'card' }] },
    { id: 'game', name: 'Game', items: [{ source: 'card' }] },
  ],
  sources: [{ id: 'card', kind: 'test-pattern', settings: { width: 640, height: 360 } }],
}

/** Opens the show on a host and waits until frames are composited. */
export async function openShow(host: Pick<RunningHost, 'api'>): Promise<Show> {
  const must: TypedRequests = requestsTo(() => host)
  await must('POST', '/studio/collections', { name: 'outputs', collection: document })
  await must('POST', '/studio/collections/outputs/open', {})
  return showOf(host)
}

/** The show that is open on a host. */
export function showOf(host: Pick<RunningHost, 'api'>): Show {
  const must: TypedRequests = requestsTo(() => host)
  const show: Show = {
    async add(id, kind, settings, more = {}) {
      await must('POST', '/studio/outputs', { id, name: id, kind, settings, video: smallVideo, ...more })
    },
    start: (id) => must('POST', `/studio/outputs/${id}/start`, {}),
    async stop(id) {
      await must('POST', `/studio/outputs/${id}/stop`, {})
    },
    command: async (id, command, details = {}) => (await must('POST', `/studio/outputs/${id}/commands`, { command, details })).result,
    async report(id) {
      return (await must('GET', '/studio')).outputs.find((each) => each.id === id)!
    },
    async until(id, accept, timeoutMs) {
      let report: OutputReport | undefined
      const accepted = async (): Promise<OutputReport | false> => {
        report = await show.report(id)
        return accept(report) && report
      }
      return until(accepted, () => `output ${id} stays ${JSON.stringify(report)}`, timeoutMs)
    },
    worker: async () => (await must('GET', '/studio/statistics')).pid!,
    switchTo: async (scene) => (await must('POST', '/studio/program', { scene })).frame!,
  }
  return show
}

/** Reports of outputs that run well. */
export const live = (report: OutputReport): boolean => report.state === 'live'
