interface StudioEvent {
  readonly time: string
  readonly topic: string
  readonly data: unknown
}

/** Turns events of the studio into lines for people; undefined for those that come all the time. */
export function createStudioLines(): (event: StudioEvent) => string | undefined {
  const sources = new Map<string, string>()
  return ({ time, topic, data }) => {
    const text = textOf(topic, data as Record<string, never>)
    if (text === undefined) return undefined
    if (topic === 'studio.source') {
      const { id } = data as { id: string }
      if (sources.get(id) === text) return undefined
      sources.set(id, text)
    }
    return `${new Date(time).toTimeString().slice(0, 8)}  ${text}`
  }
}

function textOf(topic: string, data: Record<string, never>): string | undefined {
  const { state, problem, id, report, scene, canvas, frame, name, error, path, file } = data as Record<string, unknown>
  switch (topic) {
    case 'studio.state':
      return `studio   ${state}${problem ? `: ${problem}` : ''}`
    case 'studio.source': {
      const reported = report as { state: string; problem?: string }
      return `source   ${id} ${reported.state}${reported.problem === undefined ? '' : `: ${reported.problem}`}`
    }
    case 'studio.filter':
      return `filter   ${id}${problem ? `: ${problem}` : ' works again'}`
    case 'studio.switched':
      return `program  ${scene} on ${canvas}, frame ${frame}`
    case 'studio.output.updated': {
      const fault = error as { message: string } | null
      return `output   ${name} ${state}${fault === null ? '' : `: ${fault.message}`}`
    }
    case 'studio.changed':
      return `edit     ${name}`
    case 'studio.opened':
      return `open     ${file}`
    case 'studio.closed':
      return 'closed'
    case 'studio.collection_changed':
      return `file     ${path} was changed by another program: keep mine or disk?`
    case 'studio.collection_file': {
      const fault = error as { message: string } | null
      return fault === null ? undefined : `file     ${fault.message}`
    }
    default:
      return undefined
  }
}
