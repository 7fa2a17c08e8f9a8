import { AV_PKT_DATA_DISPLAYMATRIX } from 'node-av/constants'
import { type FilterContext, FilterGraph, Frame, type Stream } from 'node-av/lib'
import { must } from '../../../../../media/worker/ffmpeg/engine.ts'
import { createFilter } from './filter-parts.ts'

/** Degrees clockwise, in quarters, by which frames of a track are to be turned: what phones in portrait write. */
export function quarterTurnsOf(stream: Stream): 0 | 90 | 180 | 270 {
  const matrix = stream.codecpar.getCodedSideData(AV_PKT_DATA_DISPLAYMATRIX)
  if (matrix === null || matrix.length < 36) return 0
  // Fixed-point numbers in the machine's order, column by column of three.
  const degrees = (Math.atan2(matrix.readInt32LE(4), matrix.readInt32LE(0)) * 180) / Math.PI
  const quarters = ((Math.round(degrees / 90) % 4) + 4) % 4
  return [0, 90, 180, 270][quarters] as 0 | 90 | 180 | 270
}

const filters = { 90: 'transpose=clock', 180: 'hflip,vflip', 270: 'transpose=cclock' } as const

/** Turns frames, whatever their format. */
export class FrameRotator {
  readonly #degrees: 90 | 180 | 270
  #graph: FilterGraph | undefined
  #source: FilterContext | undefined
  #sink: FilterContext | undefined
  #from = ''

  constructor(degrees: 90 | 180 | 270) {
    this.#degrees = degrees
  }

  /** Frees the frame and gives the turned one, which is the caller's. */
  async turn(frame: Frame): Promise<Frame> {
    const from = `${frame.width}x${frame.height}:${frame.format}`
    if (from !== this.#from) this.#open(frame)
    this.#from = from
    must(await (this.#source as FilterContext).buffersrcAddFrame(frame), 'rotate the frame')
    frame.free()
    const turned = new Frame()
    turned.alloc()
    must(await (this.#sink as FilterContext).buffersinkGetFrame(turned), 'rotate the frame')
    return turned
  }

  close(): void {
    this.#graph?.free()
    this.#graph = this.#source = this.#sink = undefined
  }

  #open(frame: Frame): void {
    this.close()
    const graph = new FilterGraph()
    graph.alloc()
    const { num, den } = frame.sampleAspectRatio
    const aspect = num > 0 && den > 0 ? `${num}/${den}` : '1/1'
    const size = `video_size=${frame.width}x${frame.height}:pix_fmt=${frame.format}:time_base=1/1000000:pixel_aspect=${aspect}`
    const colours = `colorspace=${frame.colorSpace}:range=${frame.colorRange}`
    const source = createFilter(graph, 'buffer', `${size}:${colours}`)
    let last = source
    for (const each of filters[this.#degrees].split(',')) {
      const [kind, args] = each.split('=')
      const filter = createFilter(graph, kind as string, args ?? null)
      must(last.link(0, filter, 0), 'link')
      last = filter
    }
    this.#sink = createFilter(graph, 'buffersink', null)
    must(last.link(0, this.#sink, 0), 'link')
    must(graph.configSync(), 'open the filter that rotates frames')
    this.#graph = graph
    this.#source = source
  }
}
