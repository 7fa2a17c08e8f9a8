import type { FilesRequest, PlayItem, PlayPosition, PlayRequest } from '../messages.ts'
import type { Clip } from './clip.ts'
import { ClipChain, type Laid } from './clip-chain.ts'
import { FileWatch } from './file-watch.ts'
import { findItem, isAddress } from './item-request.ts'
import { MediaFault } from './media-fault.ts'
import type { DecodedPicture } from './picture-decoder.ts'
import { PlayOrder } from './play-order.ts'
import type { Player, PlayerNeeds } from './player.ts'
import { Presenter, soundAheadUs } from './presenter.ts'
import type { DecodedSound } from './sound-decoder.ts'
import { soundRate } from './sound-rate.ts'
import { SoundRing } from './sound-ring.ts'
import { openTempo } from './tempo.ts'
import { onFrameClock, Timeline } from './timeline.ts'

/** Pictures are decoded so far ahead, at least so many of them, and never more bytes than that. */
const picturesAheadUs = 100_000
const fewestPictures = 3
const mostPictureBytes = 64 * 1024 * 1024
/** Sound is decoded so much further than it is written, µs. */
const soundDecodedUs = soundAheadUs + 100_000
/** From the decision to play to the first picture's time, µs. */
const leadUs = 15_000
/** Media that is so late has come to a standstill: what comes is played from where it stands, µs. */
const stalledUs = 100_000
const reportEveryMs = 1000
const lookEveryMs = 1000
/** An address that failed is tried again after so long. */
const addressRetryMs = 10_000

interface Job {
  readonly kind: 'open' | 'seek'
  readonly us: number
}

/**
 * Plays files one after the other: one loop decodes ahead, the presenter shows. Whatever is asked for from outside is left as a job
 * for the loop, which alone touches the open files.
 */
export class FilePlayer implements Player {
  readonly #needs: PlayerNeeds
  readonly #timeline = new Timeline()
  readonly #ring: SoundRing
  readonly #presenter: Presenter
  readonly #watch: FileWatch
  readonly #order: PlayOrder
  readonly #chain: ClipChain
  #request: FilesRequest
  #shown: boolean
  /** What is wanted: that it plays, stands still, or has ended. */
  #mode: 'playing' | 'paused' | 'ended'
  /** It was playing when it was hidden, or was never told to stand still. */
  #resumes = true
  /** The timeline is bound to the clock: it moves. */
  #moving = false
  #state: 'starting' | 'open' | 'waiting' | 'failed' = 'starting'
  #problem: string | undefined
  #job: Job | undefined
  /** It stands, or will when the job is done, where it begins. */
  #atBeginning = true
  /** Where it stands while it does not move, media µs. */
  #standsUs = 0
  /** Nothing comes behind this media time. */
  #endUs = Number.POSITIVE_INFINITY
  /** The first picture after a job is shown at once where nothing moves. */
  #showFirst = false
  /** Items in a row that gave nothing. */
  #emptyItems = 0
  #stopped = false
  #wakeUp: () => void = () => undefined
  #retryTimer: NodeJS.Timeout | undefined
  readonly #reportTimer: NodeJS.Timeout
  readonly #finished: Promise<void>

  constructor(request: FilesRequest, shown: boolean, resume: PlayPosition | undefined, needs: PlayerNeeds) {
    this.#needs = needs
    this.#request = request
    this.#shown = shown
    this.#ring = new SoundRing(needs.sound, this.#timeline, openTempo)
    this.#presenter = new Presenter({
      store: needs.pictures,
      sound: this.#ring,
      timeline: this.#timeline,
      nowUs: needs.nowUs,
      periodUs: needs.clock.periodUs,
      onRoom: () => this.#onRoom(),
    })
    this.#order = new PlayOrder(request.items.length, request)
    const { items, soundTrack } = request
    this.#chain = new ClipChain({ items, soundTrack, order: this.#order, engine: needs.engine, gaveUp: () => this.#isAsked })
    this.#watch = new FileWatch(lookEveryMs, {
      onChanged: () => {
        this.#halt()
        this.#ask('open', 0)
      },
      onGone: (path) => this.#note(`${path} was removed: what is open of it plays on`),
    })
    const playsAlone = request.whenShown !== 'wait' && (shown || request.whenHidden === 'run')
    this.#mode = (resume?.playing ?? playsAlone) ? 'playing' : 'paused'
    if (resume !== undefined) {
      this.#order.goTo(resume.item)
      this.#atBeginning = false
    }
    const passedUs = resume?.playing ? (needs.nowUs() - resume.atUs) * request.speed : 0
    this.#job = { kind: 'open', us: (resume?.positionMs ?? 0) * 1000 + passedUs }
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
    if (request.loop && this.#mode !== 'ended') this.#endsAt(Number.POSITIVE_INFINITY)
    if (request.speed !== before.speed && this.#moving) this.#changeSpeed(request.speed)
    if (this.#mode === 'ended' && request.atEnd === 'nothing') this.#needs.pictures.clear()
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
      // The first picture is there when it is shown again.
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
        this.#needs.pictures.clear()
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
    this.#halt()
    clearInterval(this.#reportTimer)
    clearTimeout(this.#retryTimer)
    this.#watch.stop()
    this.#wakeUp()
    await this.#finished
    this.#presenter.flush()
    this.#ring.close()
    await this.#chain.close()
  }

  /** Something was asked for, so that what is being done is not wanted any more. */
  get #isAsked(): boolean {
    return this.#stopped || this.#job !== undefined
  }

  #ask(kind: Job['kind'], us: number): void {
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
    this.#halt()
    this.#report()
  }

  #restart(): void {
    this.#resumes = true
    if (this.#mode === 'paused' && this.#atBeginning) this.#play()
    else this.#goToBeginning('playing')
  }

  #goToBeginning(mode: 'playing' | 'paused' | 'ended'): void {
    this.#halt()
    this.#mode = mode
    this.#order.restart()
    this.#atBeginning = true
    const stays = this.#chain.newest !== undefined && this.#chain.newest.item === this.#order.current
    this.#ask(stays ? 'seek' : 'open', 0)
    this.#report()
  }

  #seek(us: number): void {
    const playing = this.#playing
    this.#halt()
    this.#atBeginning = false
    if (this.#mode === 'ended') this.#mode = 'paused'
    if (playing !== undefined && playing.clip === this.#chain.newest?.clip) this.#ask('seek', us)
    else {
      if (playing !== undefined) this.#order.goTo(playing.item)
      this.#ask('open', us)
    }
  }

  #skip(go: () => boolean): void {
    // The order may stand one item further than what is seen, for that is decoded ahead.
    const playing = this.#playing
    if (playing !== undefined) this.#order.goTo(playing.item)
    this.#halt()
    this.#atBeginning = false
    if (go()) {
      if (this.#mode === 'ended') this.#mode = 'playing'
      this.#ask('open', 0)
    } else this.#end()
  }

  #changeSpeed(speed: number): void {
    const now = this.#needs.nowUs()
    const hears = this.#chain.newest?.clip.hasSound ?? false
    const { mediaUs, clockUs } = hears ? this.#ring.changeSpeed() : { mediaUs: this.#timeline.mediaUs(now), clockUs: now }
    this.#timeline.set(mediaUs, clockUs, speed)
    this.#presenter.wake()
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

  /** Opens the order's item, or goes to another place of the one that is open: the timeline begins anew there. */
  async #begin({ kind, us }: Job): Promise<void> {
    this.#halt()
    this.#presenter.flush()
    this.#watch.rest()
    clearTimeout(this.#retryTimer)
    let atUs = us
    try {
      if (kind === 'open' || this.#chain.newest === undefined) {
        const opened = await this.#chain.open(us, this.#request.loop)
        atUs = opened.atUs
        this.#state = 'open'
        this.#problem = opened.laid.clip.facts.problem
        if (!opened.laid.clip.hasPictures) this.#needs.pictures.clear()
      } else atUs = await this.#chain.seek(us)
    } catch (error) {
      if (!this.#isAsked) this.#passOver(error)
      return
    }
    this.#standsUs = atUs
    this.#endsAt(Number.POSITIVE_INFINITY)
    this.#showFirst = true
    this.#ring.reset(Math.round((atUs * soundRate) / 1e6))
    this.#watchNewest()
    this.#report()
  }

  #watchNewest(): void {
    const { stamp } = (this.#chain.newest as Laid).clip
    if (stamp) this.#watch.watch(stamp)
    else this.#watch.rest()
  }

  /** The order's item cannot be opened: the next one is tried, or this one again later. */
  #passOver(error: unknown): void {
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
    if (isAddress(item.file)) this.#retryTimer = setTimeout(() => this.#ask('open', 0), addressRetryMs)
    else void this.#await(item)
  }

  async #await(item: PlayItem): Promise<void> {
    const find = (): ReturnType<typeof findItem> => findItem(item)
    const stamp = await find().catch(() => undefined)
    if (!this.#isAsked) this.#watch.await(find, stamp)
  }

  /** Decodes a picture or a piece of sound where one is wanted; false where nothing is to be done. */
  async #decodeSome(): Promise<boolean> {
    const last = this.#chain.newest
    if (last === undefined || this.#endUs !== Number.POSITIVE_INFINITY) return false
    const { clip, baseUs } = last
    if (!clip.picturesEnded && this.#wantsPicture) {
      const picture = await clip.nextPicture(() => this.#isAsked)
      if (picture !== undefined && this.#isAsked) clip.release(picture)
      else if (picture !== undefined) this.#take(clip, baseUs, picture)
      return true
    }
    if (this.#mode !== 'playing') return false
    if (!this.#moving) this.#move()
    if (!clip.soundEnded && this.#wantsSound) {
      const sound = await clip.nextSound()
      if (sound !== undefined && !this.#isAsked) this.#hear(baseUs, sound)
      return true
    }
    if (!clip.picturesEnded || !clip.soundEnded) return false
    await this.#follow(clip)
    return true
  }

  get #wantsPicture(): boolean {
    const { waiting, bytes, nextMediaUs, endMediaUs } = this.#presenter
    if (waiting < 2) return true
    if (bytes > mostPictureBytes) return false
    return waiting < fewestPictures || (endMediaUs as number) - (nextMediaUs as number) < picturesAheadUs * this.#request.speed
  }

  get #wantsSound(): boolean {
    return this.#timeline.dueUs(this.#ring.headUs) < this.#needs.nowUs() + soundDecodedUs
  }

  #take(clip: Clip, baseUs: number, picture: DecodedPicture): void {
    const { frame, durationUs } = picture
    const mediaUs = baseUs + picture.ptsUs
    this.#emptyItems = 0
    let bytes = 0
    for (const stride of frame.linesize) bytes += stride * frame.height
    if (this.#moving) {
      const now = this.#needs.nowUs()
      const lateUs = now - this.#timeline.dueUs(mediaUs)
      const isHeard = !clip.soundEnded && this.#timeline.dueUs(this.#ring.headUs) > now
      if (lateUs > stalledUs && !isHeard) this.#bind(mediaUs)
      else clip.hurry(lateUs)
    }
    this.#presenter.push({ frame, mediaUs, durationUs, bytes, release: () => clip.release(picture) })
    if (this.#showFirst && this.#mode === 'paused') this.#presenter.showNext()
    this.#showFirst = false
  }

  #hear(baseUs: number, { samples, position, joint }: DecodedSound & { readonly joint?: Float32Array }): void {
    const at = position + Math.round((baseUs * soundRate) / 1e6)
    const mediaUs = (at * 1e6) / soundRate
    this.#emptyItems = 0
    const isDry = this.#ring.cursorUs >= this.#ring.headUs
    if (isDry && this.#timeline.dueUs(mediaUs) < this.#needs.nowUs() - stalledUs) this.#bind(mediaUs)
    this.#ring.append(samples, at)
    if (joint) this.#ring.join(joint)
  }

  /** Pictures and sound of a clip have ended. */
  async #follow(clip: Clip): Promise<void> {
    const problem = await clip.takeProblem()
    if (problem !== undefined) this.#note(problem)
    try {
      const followed = await this.#chain.follow()
      if (typeof followed === 'number') this.#endsAt(followed)
      else if (followed !== 'wait' && followed.clip !== clip) this.#watchNewest()
    } catch (error) {
      if (!this.#isAsked) this.#passOver(error)
    }
  }

  get #mediaNowUs(): number {
    return this.#moving ? this.#timeline.mediaUs(this.#needs.nowUs()) : this.#standsUs
  }

  /** What is seen and heard now. */
  get #playing(): Laid | undefined {
    return this.#chain.at(this.#mediaNowUs)
  }

  #endsAt(mediaUs: number): void {
    this.#endUs = mediaUs
    this.#presenter.alarmMediaUs = mediaUs
    this.#presenter.wake()
  }

  #move(): void {
    this.#timeline.reset(this.#standsUs, this.#needs.nowUs(), this.#request.speed)
    this.#ring.rewind(Math.round((this.#standsUs * soundRate) / 1e6))
    this.#moving = true
    this.#atBeginning = false
    this.#bind(this.#presenter.nextMediaUs ?? this.#standsUs, this.#standsUs)
    this.#presenter.run()
    this.#report()
  }

  /** A moment of the media is due on a frame of the program: as soon as may be if it is what comes next, or so much behind that. */
  #bind(mediaUs: number, fromUs = mediaUs): void {
    const { speed } = this.#request
    const soonest = this.#needs.nowUs() + leadUs + (mediaUs - fromUs) / speed
    this.#timeline.reset(mediaUs, onFrameClock(soonest, this.#needs.clock), speed)
    this.#presenter.wake()
  }

  #halt(): void {
    if (!this.#moving) return
    this.#standsUs = Math.max(0, this.#mediaNowUs)
    this.#moving = false
    this.#presenter.halt()
    this.#ring.fadeOut()
  }

  #onRoom(): void {
    const now = this.#mediaNowUs
    if (this.#chain.forgetBefore(now)) {
      if (!this.#playing?.clip.hasPictures) this.#needs.pictures.clear()
      this.#report()
    }
    // Written as early as the pictures: the next frame of the program shows it.
    if (this.#timeline.dueUs(this.#endUs) <= this.#needs.nowUs() + leadUs / 2) this.#end()
    else {
      this.#chain.prepare(now, this.#request.speed)
      this.#wakeUp()
    }
  }

  #end(): void {
    this.#halt()
    this.#mode = 'ended'
    if (this.#request.atEnd === 'nothing') this.#needs.pictures.clear()
    this.#report()
  }

  /** Tells where it stands while it moves, and what went wrong on the way. */
  async #lookAround(): Promise<void> {
    if (!this.#moving) return
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
    this.#needs.pictures.clear()
    this.#report()
  }

  #report(): void {
    const playing = this.#playing
    const facts = playing?.clip.facts
    const positionMs = playing === undefined ? 0 : Math.max(0, Math.round((this.#mediaNowUs - playing.baseUs) / 1000))
    const atWork = this.#mode === 'playing' ? 'running' : this.#mode
    this.#needs.report(
      {
        state: this.#state === 'open' ? atWork : this.#state,
        ...(this.#problem !== undefined && { problem: this.#problem }),
        details: {
          positionMs,
          durationMs: facts?.durationUs === undefined ? null : Math.round(facts.durationUs / 1000),
          item: playing === undefined ? null : playing.item + 1,
          items: this.#request.items.length,
          file: playing?.clip.item.file ?? null,
          width: facts?.width ?? null,
          height: facts?.height ?? null,
          frameRate: facts?.frameRate ?? null,
          pictureCodec: facts?.pictureCodec ?? null,
          soundCodec: facts?.soundCodec ?? null,
          droppedPictures: this.#presenter.dropped,
        },
      },
      playing && { item: playing.item, positionMs, atUs: this.#needs.nowUs(), playing: this.#mode === 'playing' },
    )
  }
}
