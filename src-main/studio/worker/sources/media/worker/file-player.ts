import type { FilesRequest, PlayPosition, PlayRequest } from '../messages.ts'
import type { Clip } from './clip.ts'
import { ClipChain, type Laid } from './clip-chain.ts'
import type { FileStamp } from './file-stamp.ts'
import { FileWatch } from './file-watch.ts'
import { goOn } from './go-on.ts'
import { itemDetails } from './item-details.ts'
import { findItem, isUrl, restamp } from './item-request.ts'
import { MediaFault } from './media-fault.ts'
import { PlayHead } from './play-head.ts'
import { PlayOrder } from './play-order.ts'
import type { Player, PlayerDependencies } from './player.ts'

const reportEveryMs = 1000
const lookEveryMs = 1000
/** A URL that failed is tried again after this time. */
const urlRetryMs = 10_000

type Job = { readonly kind: 'open' | 'seek'; readonly us: number } | { readonly kind: 'resume'; readonly from: PlayPosition }

/**
 * Plays files one after the other: one loop decodes ahead, the presenter shows. Whatever is asked for from outside is left as a job
 * for the loop, which alone touches the open files.
 */
export class FilePlayer implements Player {
  readonly #dependencies: PlayerDependencies
  readonly #head: PlayHead
  readonly #watch: FileWatch
  readonly #order: PlayOrder
  readonly #chain: ClipChain
  #request: FilesRequest
  #shown: boolean
  /** What is wanted: that it plays, does not move, or has ended. */
  #mode: 'playing' | 'paused' | 'ended'
  /** It was playing when it was hidden, or never got the order not to play. */
  #resumes = true
  #state: 'starting' | 'open' | 'waiting' | 'failed' = 'starting'
  #problem: string | undefined
  #job: Job | undefined
  /** It is at its start, or will be when the job is done. */
  #atBeginning = true
  /** Number of the item that is seen. */
  #itemSeen: number | undefined
  /** The first frame after a job is shown at once where nothing moves. */
  #showFirst = false
  /** Items in a row that gave nothing. */
  #emptyItems = 0
  #stopped = false
  #wakeUp: () => void = () => undefined
  #retryTimer: NodeJS.Timeout | undefined
  readonly #reportTimer: NodeJS.Timeout
  readonly #finished: Promise<void>

  constructor(request: FilesRequest, shown: boolean, resume: PlayPosition | undefined, dependencies: PlayerDependencies) {
    this.#dependencies = dependencies
    this.#request = request
    this.#shown = shown
    this.#head = new PlayHead(request.speed, dependencies, () => this.#onRoom())
    this.#order = new PlayOrder(request.items.length, request)
    const { items, soundTrack } = request
    this.#chain = new ClipChain({
      items,
      soundTrack,
      order: this.#order,
      engine: dependencies.engine,
      reach: () => this.#request.reach,
      onPassedOver: ({ file }, error) => this.#note(`${file} is passed over: ${error.message}`),
      gaveUp: () => this.#isAsked,
    })
    this.#watch = new FileWatch(lookEveryMs, {
      onChanged: () => {
        this.#head.halt()
        this.#ask('open', 0)
      },
      onGone: (path) => this.#note(`${path} was removed: what is open of it plays on`),
      onBack: () => this.#note(this.#playing?.clip.facts.problem),
    })
    const playsAlone = request.whenShown !== 'wait' && (shown || request.whenHidden === 'run')
    this.#mode = resume?.mode ?? (playsAlone ? 'playing' : 'paused')
    this.#job = { kind: 'open', us: 0 }
    if (resume !== undefined) {
      this.#resumes = resume.resumes
      this.#atBeginning = false
      this.#job = { kind: 'resume', from: resume }
      // What changed while no process was there to see it.
      this.#shown = resume.shown
      this.show(shown)
    }
    this.#reportTimer = setInterval(() => void this.#lookAround(), reportEveryMs)
    this.#finished = this.#run()
  }

  update(request: PlayRequest): boolean {
    if (request.type !== 'files') return false
    const before = this.#request
    const kept = ({ items, shuffle, soundTrack }: FilesRequest): string => JSON.stringify([items, shuffle, soundTrack])
    if (kept(before) !== kept(request)) return false
    this.#request = request
    this.#order.loop = request.loop
    // One that was to end goes on where that changed.
    if (request.loop && this.#mode !== 'ended') this.#head.endAt(Number.POSITIVE_INFINITY)
    if (request.speed !== before.speed) this.#head.setSpeed(request.speed, this.#chain.newest?.clip.hasAudio ?? false)
    if (this.#mode === 'ended' && request.atEnd === 'nothing') this.#dependencies.frameStore.clear()
    this.#wakeUp()
    return true
  }

  show(shown: boolean): void {
    if (shown === this.#shown) return
    this.#shown = shown
    const { whenShown, whenHidden } = this.#request
    if (shown) {
      if (whenShown === 'restart') this.#restart()
      else if (whenShown === 'resume' && whenHidden !== 'run' && this.#resumes) this.#play()
    } else if (whenHidden !== 'run') {
      this.#resumes = this.#mode === 'playing'
      this.#pause()
      // The first frame is there when it is shown again.
      if (whenShown === 'restart') this.#goToBeginning('paused')
    }
  }

  command(name: string, details: Readonly<Record<string, unknown>>): void {
    switch (name) {
      case 'play':
        if (this.#mode === 'ended') this.#restart()
        else this.#play()
        break
      case 'pause':
        this.#pause()
        break
      case 'stop':
        this.#goToBeginning('ended')
        this.#dependencies.frameStore.clear()
        break
      case 'restart':
        this.#restart()
        break
      case 'seek':
        this.#seek(Number(details.ms) * 1000)
        break
      case 'next':
        this.#skip(() => this.#order.next())
        break
      case 'previous':
        this.#skip(() => this.#order.previous())
        break
      case 'retry':
        if (this.#state === 'waiting' || this.#state === 'failed') this.#ask('open', 0)
        break
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#head.close()
    clearInterval(this.#reportTimer)
    clearTimeout(this.#retryTimer)
    this.#watch.stop()
    this.#wakeUp()
    await this.#finished
    await this.#chain.close()
  }

  /** Something was asked for, so that what is being done is not wanted any more. */
  get #isAsked(): boolean {
    return this.#stopped || this.#job !== undefined
  }

  #ask(kind: 'open' | 'seek', us: number): void {
    this.#job = { kind, us }
    this.#wakeUp()
  }

  #play(): void {
    if (this.#mode === 'ended') return
    this.#mode = 'playing'
    this.#resumes = true
    this.#wakeUp()
    this.#report()
  }

  #pause(): void {
    if (this.#mode !== 'playing') return
    this.#mode = 'paused'
    this.#head.halt()
    this.#report()
  }

  #restart(): void {
    this.#resumes = true
    if (this.#mode === 'paused' && this.#atBeginning) this.#play()
    else this.#goToBeginning('playing')
  }

  #goToBeginning(mode: 'playing' | 'paused' | 'ended'): void {
    this.#head.halt()
    this.#mode = mode
    this.#order.restart()
    this.#atBeginning = true
    const stays = this.#chain.newest !== undefined && this.#chain.newest.item === this.#order.current
    this.#ask(stays ? 'seek' : 'open', 0)
    this.#report()
  }

  #seek(us: number): void {
    const playing = this.#playing
    this.#head.halt()
    this.#atBeginning = false
    if (this.#mode === 'ended') this.#mode = 'paused'
    if (playing !== undefined && playing.clip === this.#chain.newest?.clip) this.#ask('seek', us)
    else {
      if (playing !== undefined) this.#order.goTo(playing.item)
      this.#ask('open', us)
    }
  }

  #skip(go: () => boolean): void {
    // The order may be one item further than what is seen, for that is decoded ahead.
    const playing = this.#playing
    if (playing !== undefined) this.#order.goTo(playing.item)
    this.#head.halt()
    this.#atBeginning = false
    if (go()) {
      if (this.#mode === 'ended') this.#mode = 'playing'
      this.#ask('open', 0)
    } else this.#end()
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const job = this.#job
      this.#job = undefined
      if (job !== undefined) await this.#begin(job)
      else if (!(await this.#decodeSome())) await this.#idle()
    }
  }

  async #idle(): Promise<void> {
    if (this.#isAsked) return
    await new Promise<void>((resolve) => {
      this.#wakeUp = resolve
    })
    this.#wakeUp = () => undefined
  }

  /** Opens the order's item, or goes to another place of the one that is open: the timeline starts again there. */
  async #begin(job: Job): Promise<void> {
    this.#head.standAt(this.#head.nowUs)
    this.#watch.rest()
    clearTimeout(this.#retryTimer)
    let atUs: number
    let dueUs: number | undefined
    // What is there before it is opened: what comes while it is looked at may be better.
    const tried = await this.#findCurrent()
    try {
      if (job.kind === 'seek' && this.#chain.newest !== undefined) atUs = await this.#chain.seek(job.us)
      else {
        if (job.kind === 'resume') ({ atUs, dueUs } = await this.#goOn(job.from))
        else ({ atUs } = await this.#chain.open(job.us))
        const { item, clip } = this.#chain.newest as Laid
        this.#state = 'open'
        this.#problem = clip.facts.problem
        this.#itemSeen = item
        if (!clip.hasVideo) this.#dependencies.frameStore.clear()
      }
    } catch (error) {
      if (!this.#isAsked) this.#passOver(error, tried)
      return
    }
    this.#head.standAt(atUs, dueUs)
    this.#showFirst = true
    this.#watchNewest()
    this.#report()
  }

  #goOn(from: PlayPosition): Promise<{ readonly atUs: number; readonly dueUs?: number }> {
    const { nowUs } = this.#dependencies
    return goOn(from, { chain: this.#chain, order: this.#order, items: this.#request.items.length, nowUs, gaveUp: () => this.#isAsked })
  }

  #watchNewest(): void {
    const { stamp, item } = (this.#chain.newest as Laid).clip
    if (stamp) this.#watch.watch(stamp, () => restamp(stamp, item, this.#request.reach))
    else this.#watch.rest()
  }

  /** The order's item cannot be opened: the next one is tried, or this one again later. */
  #passOver(error: unknown, tried: FileStamp | undefined): void {
    const item = this.#request.items[this.#order.current ?? 0]
    const { message } = error as Error
    this.#emptyItems++
    if (this.#request.items.length > 1 && this.#emptyItems < this.#request.items.length && this.#order.next()) {
      this.#problem = `${item?.file} is passed over: ${message}`
      this.#job ??= { kind: 'open', us: 0 }
      return
    }
    this.#emptyItems = 0
    this.#fail(error)
    if (item === undefined || item.file === '') return
    if (isUrl(item.file)) this.#retryTimer = setTimeout(() => this.#ask('open', 0), urlRetryMs)
    else this.#watch.await(() => findItem(item, this.#request.reach), tried)
  }

  /** The file of the order's item, as it is now. */
  async #findCurrent(): Promise<FileStamp | undefined> {
    const item = this.#request.items[this.#order.current ?? 0]
    return item === undefined || isUrl(item.file) ? undefined : findItem(item, this.#request.reach).catch(() => undefined)
  }

  /** Decodes a frame or a piece of audio if one is wanted; false if nothing is to be done. */
  async #decodeSome(): Promise<boolean> {
    const last = this.#chain.newest
    if (last === undefined || this.#head.knowsEnd) return false
    const { clip, baseUs } = last
    // If a machine is too slow for both, audio goes on and video frames are left out.
    if (this.#head.moving && (await this.#decodeAudio(last))) return true
    if (!clip.videoEnded && this.#head.wantsFrame) {
      const decoded = await clip.nextFrame(() => this.#isAsked)
      if (decoded !== undefined && this.#isAsked) clip.release(decoded)
      else if (decoded !== undefined) {
        this.#emptyItems = 0
        this.#head.takeFrame(clip, baseUs, decoded, this.#showFirst && this.#showsStill)
        this.#showFirst = false
      }
      return true
    }
    if (this.#mode !== 'playing') return false
    if (!this.#head.moving) {
      this.#atBeginning = false
      this.#head.move()
      this.#report()
    }
    if (await this.#decodeAudio(last)) return true
    if (!clip.videoEnded || !clip.audioEnded) return false
    await this.#follow(clip)
    return true
  }

  /** Decodes a piece of audio if one is wanted. */
  async #decodeAudio({ clip, baseUs }: Laid): Promise<boolean> {
    if (clip.audioEnded || !this.#head.wantsAudio) return false
    const heard = await clip.nextAudio()
    if (heard !== undefined && !this.#isAsked) {
      this.#emptyItems = 0
      this.#head.takeAudio(baseUs, heard)
    }
    return true
  }

  /** A frame is shown while nothing moves; not after a stop, which leaves it at its start. */
  get #showsStill(): boolean {
    return this.#mode === 'paused' || (this.#mode === 'ended' && this.#request.atEnd === 'last' && !this.#atBeginning)
  }

  /** Video and audio of a clip have ended. */
  async #follow(clip: Clip): Promise<void> {
    const problem = await clip.takeProblem()
    try {
      const followed = await this.#chain.follow()
      const grows = followed === 'wait' || (typeof followed === 'object' && followed.clip.playedUs > 0)
      if (problem !== undefined && !grows) this.#note(problem)
      if (typeof followed === 'number') this.#head.endAt(followed)
      else if (followed !== 'wait' && followed.clip !== clip) this.#watchNewest()
    } catch (error) {
      if (!this.#isAsked) this.#passOver(error, await this.#findCurrent())
    }
  }

  /** What is seen and heard now. */
  get #playing(): Laid | undefined {
    return this.#chain.at(this.#head.nowUs)
  }

  #onRoom(): void {
    const now = this.#head.nowUs
    if (this.#chain.forgetBefore(now)) {
      const { item, clip } = this.#playing as Laid
      if (!clip.hasVideo) this.#dependencies.frameStore.clear()
      if (item !== this.#itemSeen) this.#problem = clip.facts.problem
      this.#itemSeen = item
      this.#report()
    }
    if (this.#head.isOver) this.#end()
    else {
      this.#chain.prepare(now, this.#request.speed)
      this.#wakeUp()
    }
  }

  #end(): void {
    this.#head.halt()
    this.#mode = 'ended'
    if (this.#request.atEnd === 'nothing') this.#dependencies.frameStore.clear()
    this.#report()
  }

  /** Tells where it is while it moves, and what went wrong on the way. */
  async #lookAround(): Promise<void> {
    if (!this.#head.moving) return
    this.#report()
    const problem = await this.#playing?.clip.takeProblem()
    if (problem !== undefined && !this.#isAsked) this.#note(problem)
  }

  #note(problem: string | undefined): void {
    if (problem === this.#problem) return
    this.#problem = problem
    this.#report()
  }

  #fail(error: unknown): void {
    this.#state = error instanceof MediaFault && error.kind === 'missing' ? 'waiting' : 'failed'
    this.#problem = (error as Error).message
    this.#dependencies.frameStore.clear()
    this.#report()
  }

  #report(): void {
    const playing = this.#playing
    const details = itemDetails(playing, this.#head.nowUs, this.#mode === 'ended')
    const active = this.#mode === 'playing' ? 'running' : this.#mode
    this.#dependencies.report(
      {
        state: this.#state === 'open' ? active : this.#state,
        ...(this.#problem !== undefined && { problem: this.#problem }),
        details: { ...details, items: this.#request.items.length, droppedFrames: this.#head.dropped },
      },
      playing && {
        item: playing.item,
        positionUs: Math.max(0, Math.min(this.#head.nowUs - playing.baseUs, playing.clip.facts.durationUs ?? Number.POSITIVE_INFINITY)),
        atUs: this.#dependencies.nowUs(),
        mode: this.#mode,
        speed: this.#request.speed,
        shown: this.#shown,
        resumes: this.#resumes,
        ...this.#order.stateAt(playing.item),
      },
    )
  }
}
