import type { AttackSettings, NodeAlarm, Pattern } from './attack-schemas.ts'
import { maxAlarms } from './attack-schemas.ts'
import { Shares } from './shares.ts'

/** A request as it is watched. */
export interface SeenRequest {
  /** IPv4 address, or the first half of an IPv6 address. */
  readonly network: string
  /** Without the query. */
  readonly path: string
  readonly agent: string
  /** Empty where it is not known. */
  readonly country: string
}

/** What a window shows. */
export interface WindowReport {
  readonly alarms: readonly NodeAlarm[]
  /** Networks that made a large part of the requests while there is an alarm, the most active first. */
  readonly heavy: readonly { readonly network: string; readonly perSecond: number }[]
}

interface Route {
  count: number
  /** Requests of a usual window. */
  usual: number
  windows: number
  /** Windows below the alarm since the last one above; undefined without an alarm. */
  calm: number | undefined
}

/** Length of a window, s. */
export const windowS = 10
/** Windows until what is usual is known. */
const learnWindows = 6
/** Windows over which what is usual is averaged, half an hour; during an alarm much more slowly: what lasts for hours is usual. */
const usualWindows = 180
const usualWindowsInAlarm = 2000
/** An alarm is over after so many windows. */
const calmWindows = 3
/** Routes that are watched by themselves; what is beyond is part of all requests alone. */
const maxRoutes = 200
/** A network is heavy from this part of all requests on, and from so many a second. */
const heavyShare = 0.05
const heavyPerSecond = 20
const maxHeavy = 20

/** Compares the requests of a node with what is usual there, for each route and for all. */
export class TrafficWatch {
  readonly #routes = new Map<string, Route>([['*', newRoute()]])
  readonly #networks = new Shares()
  readonly #shares: Readonly<Record<Pattern['kind'], Shares>> = {
    range: new Shares(),
    agent: new Shares(),
    path: new Shares(),
    country: new Shares(),
  }

  see({ network, path, agent, country }: SeenRequest): void {
    ;(this.#routes.get('*') as Route).count++
    const name = routeOf(path)
    const route = this.#routes.get(name)
    if (route !== undefined) route.count++
    else if (this.#routes.size < maxRoutes) this.#routes.set(name, { ...newRoute(), count: 1 })
    this.#networks.add(network)
    this.#shares.range.add(rangeOf(network))
    this.#shares.agent.add(agent || '(none)')
    this.#shares.path.add(path)
    this.#shares.country.add(country)
  }

  /** Ends a window, every `windowS` seconds. */
  window({ alarmPercent, minPerSecond }: Pick<AttackSettings, 'alarmPercent' | 'minPerSecond'>): WindowReport {
    const total = (this.#routes.get('*') as Route).count
    const alarms: NodeAlarm[] = []
    const pattern = this.#pattern(total)
    for (const [name, route] of this.#routes) {
      const limit = Math.max(minPerSecond * windowS, (route.usual * alarmPercent) / 100)
      // Before anything is usual, nothing is unusual.
      const isOver = route.windows >= learnWindows && route.count >= limit
      if (isOver) route.calm = 0
      else if (route.calm !== undefined && ++route.calm >= calmWindows) route.calm = undefined
      if (route.calm !== undefined && alarms.length < maxAlarms)
        alarms.push({ route: name, perSecond: route.count / windowS, usualPerSecond: route.usual / windowS, pattern: [...pattern] })
      learn(route)
      if (name !== '*' && route.usual < 0.05 && route.calm === undefined) this.#routes.delete(name)
    }
    const isCalm = alarms.length === 0
    const heavy = isCalm ? [] : this.#networks.frequent(Math.max(total * heavyShare, heavyPerSecond * windowS), maxHeavy)
    for (const shares of [this.#networks, ...Object.values(this.#shares)]) shares.next(total, isCalm)
    return { alarms, heavy: heavy.map(([network, count]) => ({ network, perSecond: count / windowS })) }
  }

  #pattern(total: number): Pattern[] {
    return (Object.keys(this.#shares) as Pattern['kind'][])
      .flatMap((kind) => {
        const found = this.#shares[kind].outstanding(total)
        return found === undefined ? [] : [{ kind, value: found.value.slice(0, 200), share: Math.round(found.share * 100) / 100 }]
      })
      .sort((a, b) => b.share - a.share)
  }
}

const newRoute = (): Route => ({ count: 0, usual: 0, windows: 0, calm: undefined })

function learn(route: Route): void {
  const over = route.calm === undefined ? Math.min(route.windows + 1, usualWindows) : usualWindowsInAlarm
  route.usual += (route.count - route.usual) / over
  route.windows++
  route.count = 0
}

/** The first part of a path; below `/live/` the stream as well. */
function routeOf(path: string): string {
  const first = path.indexOf('/', 1)
  if (first < 0) return '/'
  const end = path.startsWith('/live/') ? path.indexOf('/', 6) : first
  return path.slice(0, (end < 0 ? first : end) + 1).slice(0, 100)
}

/** The network around an IP address that one provider has: /24, and /48 of IPv6. */
function rangeOf(network: string): string {
  return network.includes(':') ? `${network.split(':').slice(0, 3).join(':')}::/48` : `${network.slice(0, network.lastIndexOf('.'))}.0/24`
}
