import type { DataProducer, DirectTransport, Producer, Router, WebRtcServer, Worker } from 'mediasoup/types'
import { type PayloadProfile, routerCodecs } from './mediasoup-codecs.ts'

/** A router and the direct transport through which the host reads and writes on it. */
export interface ProfileRouter {
  readonly key: string
  readonly router: Router
  readonly direct: DirectTransport
  /** Viewers on it. */
  viewers: number
  /** ms of the monotonic clock when its last viewer left. */
  idleSince: number
}

/** Payload profiles that are served at a time; an offer beyond them takes the place of one without viewers. */
const MAX_PROFILES = 24

/**
 * The routers of one worker. A router fixes the payload types that its consumers send, and browsers insist on those of
 * their offer: so publishers are on one home router, and each payload profile that viewers offer has a router of its own,
 * to which a WebRTC room's producers are piped when the first such viewer comes.
 */
export class ProfileRouters {
  readonly worker: Worker
  readonly server: WebRtcServer
  readonly home: ProfileRouter
  readonly #profiles = new Map<string, Promise<ProfileRouter>>()
  readonly #ready = new Map<string, ProfileRouter>()

  private constructor(worker: Worker, server: WebRtcServer, home: ProfileRouter) {
    this.worker = worker
    this.server = server
    this.home = home
  }

  static async open(worker: Worker, server: WebRtcServer): Promise<ProfileRouters> {
    return new ProfileRouters(worker, server, await makeRouter(worker, 'home', { opus: 111, h264: 102, rtx: 103 }))
  }

  /** The router for viewers with this profile. Rejects where all are in use. */
  forProfile(profile: PayloadProfile): Promise<ProfileRouter> {
    const key = `${profile.opus}|${profile.h264}|${profile.rtx ?? '-'}`
    const known = this.#profiles.get(key)
    if (known !== undefined) return known
    if (this.#profiles.size >= MAX_PROFILES) this.#dropIdlest()
    if (this.#profiles.size >= MAX_PROFILES) return Promise.reject(new Error('too many payload profiles'))
    const made = makeRouter(this.worker, key, profile).then((router) => {
      this.#ready.set(key, router)
      return router
    })
    this.#profiles.set(key, made)
    made.catch(() => this.#profiles.delete(key))
    return made
  }

  #dropIdlest(): void {
    let idlest: ProfileRouter | undefined
    for (const each of this.#ready.values()) {
      if (each.viewers === 0 && (idlest === undefined || each.idleSince < idlest.idleSince)) idlest = each
    }
    if (idlest === undefined) return
    this.#profiles.delete(idlest.key)
    this.#ready.delete(idlest.key)
    idlest.router.close()
  }
}

async function makeRouter(worker: Worker, key: string, profile: PayloadProfile): Promise<ProfileRouter> {
  const router = await worker.createRouter({ mediaCodecs: routerCodecs(profile) })
  const direct = await router.createDirectTransport()
  return { key, router, direct, viewers: 0, idleSince: performance.now() }
}

/** What one WebRTC room has on a router. */
export interface PipedRoom {
  readonly producers: readonly Producer[]
  readonly data: DataProducer | undefined
}

/** Brings a WebRTC room's producers from the home router to another; in the same order. */
export async function pipeRoom(home: Router, to: Router, producers: readonly Producer[], data: DataProducer): Promise<PipedRoom> {
  const [piped, pipedData] = await Promise.all([
    Promise.all(producers.map(async (each) => (await home.pipeToRouter({ producerId: each.id, router: to, keepId: false })).pipeProducer)),
    home.pipeToRouter({ dataProducerId: data.id, router: to, keepId: false }),
  ])
  return { producers: piped.filter((each) => each !== undefined), data: pipedData.pipeDataProducer }
}
