import { AppError } from '../../../platform/errors.ts'
import { listOf, numberOf, type Said, textOf, textsOf } from '../../connection/said.ts'
import { readFilter } from '../../mirror/read-answers.ts'
import type { InputSettings, Kinds } from '../../schemas/commands.ts'
import type { ObsFilter, ObsStatistics, ObsStreamStatus } from '../../schemas/mirror.ts'
import type { ObsSession } from '../obs-session.ts'

interface Sample {
  readonly atMs: number
  readonly bytes: number
  readonly status: ObsStreamStatus
}

export interface Screenshot {
  readonly source: string
  readonly format?: 'png' | 'jpeg'
  readonly width?: number
  readonly height?: number
  readonly quality?: number
}

/** A sample that is not older answers whoever asks meanwhile, ms. */
const freshMs = 1000
/** An image of a scene takes OBS a frame and its encoding. */
const screenshotTimeoutMs = 15_000

/** Reads what of an OBS is not in its mirror. */
export class StatusReader {
  /** The newest sample of each instance that streams. */
  readonly #samples = new Map<string, Sample>()

  /** How the stream is that OBS sends; the bitrate is that since the sample before. */
  async streamStatus(session: ObsSession): Promise<ObsStreamStatus> {
    const before = this.#samples.get(session.id)
    const atMs = performance.now()
    if (before !== undefined && atMs - before.atMs < freshMs) return before.status
    const said = (await session.call('GetStreamStatus')) ?? {}
    const active = said.outputActive === true
    const bytes = numberOf(said.outputBytes)
    const uptimeMs = Math.round(numberOf(said.outputDuration))
    // Without a sample of the same stream the mean since it started is the best there is.
    const [sinceBytes, sinceMs] =
      before !== undefined && before.bytes <= bytes && before.status.uptimeMs <= uptimeMs
        ? [before.bytes, atMs - before.atMs]
        : [0, uptimeMs]
    const frames = Math.round(numberOf(said.outputTotalFrames))
    const droppedFrames = Math.round(numberOf(said.outputSkippedFrames))
    const status: ObsStreamStatus = {
      obs: session.id,
      active,
      reconnecting: said.outputReconnecting === true,
      uptimeMs,
      bitrateKbps: active && sinceMs > 0 ? Math.round(((bytes - sinceBytes) * 8) / sinceMs) : 0,
      bytes,
      frames,
      droppedFrames,
      droppedShare: frames === 0 ? 0 : Math.round((droppedFrames / frames) * 10_000) / 10_000,
      congestion: numberOf(said.outputCongestion),
    }
    if (active) this.#samples.set(session.id, { atMs, bytes, status })
    else this.#samples.delete(session.id)
    return status
  }

  /** The instance is no longer connected. */
  forget(id: string): void {
    this.#samples.delete(id)
  }

  async statistics(session: ObsSession): Promise<ObsStatistics> {
    const said = (await session.call('GetStats')) ?? {}
    const whole = (name: string): number => Math.round(numberOf(said[name]))
    return {
      obs: session.id,
      cpu: numberOf(said.cpuUsage),
      memoryMegabytes: numberOf(said.memoryUsage),
      freeDiskMegabytes: numberOf(said.availableDiskSpace),
      fps: numberOf(said.activeFps),
      frameRenderMs: numberOf(said.averageFrameRenderTime),
      renderSkippedFrames: whole('renderSkippedFrames'),
      renderTotalFrames: whole('renderTotalFrames'),
      outputSkippedFrames: whole('outputSkippedFrames'),
      outputTotalFrames: whole('outputTotalFrames'),
    }
  }

  async kinds(session: ObsSession): Promise<Kinds> {
    const listsFilters = session.version.requests.includes('GetSourceFilterKindList')
    const [inputs, transitions, filters] = await Promise.all([
      session.call('GetInputKindList', { unversioned: false }),
      session.call('GetTransitionKindList'),
      listsFilters ? session.call('GetSourceFilterKindList') : null,
    ])
    return {
      inputs: textsOf(inputs?.inputKinds),
      filters: listsFilters ? textsOf(filters?.sourceFilterKinds) : null,
      transitions: textsOf(transitions?.transitionKinds),
    }
  }

  async inputSettings(session: ObsSession, input: string): Promise<InputSettings> {
    const said = await session.call('GetInputSettings', { inputName: input })
    const kind = textOf(said?.inputKind)
    const defaults = await session.call('GetInputDefaultSettings', { inputKind: kind })
    return { input, kind, settings: recordOf(said?.inputSettings), defaults: recordOf(defaults?.defaultInputSettings) }
  }

  /** With the settings that were made, and the defaults of all others. */
  async filters(
    session: ObsSession,
    source: string,
  ): Promise<(ObsFilter & Readonly<Record<'settings' | 'defaults', Record<string, unknown>>>)[]> {
    const said = await session.call('GetSourceFilterList', { sourceName: source })
    const filters = listOf(said?.filters).map((filter) => ({ ...readFilter(filter), settings: recordOf(filter.filterSettings) }))
    const kinds = [...new Set(filters.map(({ kind }) => kind))]
    const answers =
      kinds.length === 0
        ? []
        : await session.batch(kinds.map((kind) => ({ request: 'GetSourceFilterDefaultSettings', data: { filterKind: kind } })))
    const defaults = new Map(kinds.map((kind, index) => [kind, recordOf(answers[index]?.answer?.defaultFilterSettings)]))
    return filters.map((filter) => ({ ...filter, defaults: defaults.get(filter.kind) ?? {} }))
  }

  async screenshot(
    session: ObsSession,
    { source, format = 'jpeg', width, height, quality }: Screenshot,
  ): Promise<{ readonly data: Uint8Array; readonly type: string }> {
    const imageFormat = format === 'png' ? 'png' : session.version.imageFormats.includes('jpg') ? 'jpg' : 'jpeg'
    const said = await session.call(
      'GetSourceScreenshot',
      {
        sourceName: source,
        imageFormat,
        ...(width === undefined ? {} : { imageWidth: width }),
        ...(height === undefined ? {} : { imageHeight: height }),
        ...(quality === undefined ? {} : { imageCompressionQuality: quality }),
      },
      screenshotTimeoutMs,
    )
    const [, base64] = /^data:image\/[a-z]+;base64,([\s\S]+)$/.exec(typeof said?.imageData === 'string' ? said.imageData : '') ?? []
    if (base64 === undefined) throw new AppError('obs.request_failed', 'OBS answered the screenshot with what is no image')
    return { data: Buffer.from(base64, 'base64'), type: format === 'png' ? 'image/png' : 'image/jpeg' }
  }
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...(value as Said) } : {}
}
