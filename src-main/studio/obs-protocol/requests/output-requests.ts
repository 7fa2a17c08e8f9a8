import type { OutputReport } from '../../control/outputs/studio-outputs.ts'
import type { Output } from '../../document/schemas/output-schemas.ts'
import { hideSecretsOf } from '../../document/secrets/settings-secrets.ts'
import { RequestFault } from '../reading/request-fault.ts'
import { fileOf, isActive, type OutputRole, outputOf, outputStatus, recordStatus } from '../view/output-view.ts'
import { edit, type RequestContext, type RequestFamily, type ResponseData, toControl, toEdit, toView, viewOf } from './request-kind.ts'

const names: Readonly<Record<OutputRole, string>> = {
  stream: 'stream',
  record: 'recording',
  replay: 'replay buffer',
  camera: 'virtual camera',
}

function roleOf(context: RequestContext, role: OutputRole): OutputReport {
  const report = outputOf(context.studio.outputs, role)
  if (report !== undefined) return report
  throw new RequestFault('invalidResourceState', `The collection has no output for a ${names[role]}: add one on the studio page.`)
}

function named(context: RequestContext): OutputReport {
  const name = context.fields.text('outputName')
  const report = context.studio.outputs.list().find((each) => each.name === name)
  if (report === undefined) throw new RequestFault('resourceNotFound', 'No output was found with that name.')
  return report
}

type Find = (context: RequestContext) => OutputReport

async function start(context: RequestContext, report: OutputReport): Promise<undefined> {
  if (isActive(report)) throw new RequestFault('outputRunning', 'The output is already running.')
  await context.studio.outputs.start(report.id, context.caller.principal.id)
  return undefined
}

async function stop(context: RequestContext, report: OutputReport): Promise<undefined> {
  if (!isActive(report)) throw new RequestFault('outputNotRunning', 'The output is not running.')
  await context.studio.outputs.stop(report.id, context.caller.principal.id)
  return undefined
}

const starting = (find: Find) => toControl((context) => start(context, find(context)))
const stopping = (find: Find) => toControl((context) => stop(context, find(context)))
const toggling = (find: Find) =>
  toControl(async (context) => {
    const report = find(context)
    const outputActive = !isActive(report)
    await (outputActive ? start : stop)(context, report)
    return { outputActive }
  })

async function command(context: RequestContext, report: OutputReport, name: string, details: ResponseData = {}): Promise<ResponseData> {
  if (!isActive(report)) throw new RequestFault('outputNotRunning', 'The output is not running.')
  return context.studio.outputs.command(report.id, name, details, context.caller.principal.id)
}

const isPaused = ({ state }: OutputReport): boolean => state === 'paused'

/** Pauses a recording, or goes on with it. Answers whether it is paused. */
async function pause(context: RequestContext, paused: boolean): Promise<undefined> {
  const report = roleOf(context, 'record')
  if (isPaused(report) === paused && (isActive(report) || !paused)) {
    throw new RequestFault(paused ? 'outputPaused' : 'outputNotPaused', `The recording is ${paused ? 'paused already' : 'not paused'}.`)
  }
  await command(context, report, paused ? 'pause' : 'resume')
  return undefined
}

const stream: Find = (context) => roleOf(context, 'stream')
const record: Find = (context) => roleOf(context, 'record')
const replay: Find = (context) => roleOf(context, 'replay')
const camera: Find = (context) => roleOf(context, 'camera')

const entityOf = (context: RequestContext, { id }: OutputReport): Output =>
  viewOf(context).collection.outputs.find((each) => each.id === id) as Output

export const outputRequests: RequestFamily = {
  GetStreamStatus: toView(({ studio }) => outputStatus(outputOf(studio.outputs, 'stream'))),
  ToggleStream: toggling(stream),
  StartStream: starting(stream),
  StopStream: stopping(stream),

  GetRecordStatus: toView(({ studio }) => recordStatus(outputOf(studio.outputs, 'record'))),
  ToggleRecord: toggling(record),
  StartRecord: starting(record),
  StopRecord: toControl(async (context) => {
    const report = record(context)
    const outputPath = fileOf(report)
    await stop(context, report)
    return { outputPath }
  }),
  ToggleRecordPause: toControl(async (context) => {
    const outputPaused = !isPaused(record(context))
    await pause(context, outputPaused)
    return { outputPaused }
  }),
  PauseRecord: toControl((context) => pause(context, true)),
  ResumeRecord: toControl((context) => pause(context, false)),
  SplitRecordFile: toControl(async (context) => void (await command(context, record(context), 'split'))),
  CreateRecordChapter: toControl(async (context) => {
    const name = context.fields.maybeText('chapterName')
    await command(context, record(context), 'chapter', name === undefined ? {} : { name })
    return undefined
  }),

  GetReplayBufferStatus: toView((context) => ({ outputActive: isActive(replay(context)) })),
  ToggleReplayBuffer: toggling(replay),
  StartReplayBuffer: starting(replay),
  StopReplayBuffer: stopping(replay),
  SaveReplayBuffer: toControl(async (context) => {
    await command(context, replay(context), 'save')
    return undefined
  }),
  GetLastReplayBufferReplay: toView((context) => {
    if (!isActive(replay(context))) throw new RequestFault('outputNotRunning', 'The replay buffer is not running.')
    return { savedReplayPath: context.studio.lastReplay() ?? '' }
  }),

  GetVirtualCamStatus: toView((context) => ({ outputActive: isActive(camera(context)) })),
  ToggleVirtualCam: toggling(camera),
  StartVirtualCam: starting(camera),
  StopVirtualCam: stopping(camera),

  GetOutputList: toView((context) => {
    const { canvases, outputs } = viewOf(context).collection
    return {
      outputs: context.studio.outputs.list().map((report) => {
        const entity = outputs.find(({ id }) => id === report.id)
        const canvas = canvases.find(({ id }) => id === entity?.canvas)
        const video = entity?.video !== null || report.kind === 'virtual-camera'
        const height = video ? (entity?.video?.height ?? canvas?.height ?? 0) : 0
        return {
          outputName: report.name,
          outputKind: report.kind,
          outputActive: isActive(report),
          outputWidth: canvas === undefined ? 0 : Math.round((canvas.width * height) / canvas.height),
          outputHeight: height,
          outputFlags: {
            OUTPUT_AUDIO: (entity?.audio.length ?? 0) > 0,
            OUTPUT_VIDEO: video,
            OUTPUT_ENCODED: report.kind !== 'virtual-camera',
            OUTPUT_MULTI_TRACK: (entity?.audio.length ?? 0) > 1,
            OUTPUT_SERVICE: ['rtmp', 'srt', 'whip', 'host'].includes(report.kind),
          },
        }
      }),
    }
  }),
  GetOutputStatus: toView((context) => outputStatus(named(context))),
  ToggleOutput: toggling(named),
  StartOutput: starting(named),
  StopOutput: stopping(named),
  GetOutputSettings: toView((context) => ({
    outputSettings: hideSecretsOf(entityOf(context, named(context)), (kind) => context.studio.reader.kinds.output(kind)).settings,
  })),
  SetOutputSettings: toEdit((context) => {
    const { id } = named(context)
    edit(context, [{ do: 'change', at: `outputs/${id}`, changes: { settings: context.fields.part('outputSettings') } }])
    return undefined
  }),
}
