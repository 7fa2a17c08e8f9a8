import { section } from '../../messages/language.ts'

/** Every text of shows as files. */
export const t = section('studioShows', {
  exportMenu: 'Export with media',
  exportTitle: (name: string) => `Export ${name}`,
  exportText: 'One file with the show and the media that it uses, for another computer. Stream keys and passwords are left out.',
  media: (count: number, size: string) => `${count === 1 ? 'One media file' : `${count} media files`}, ${size}.`,
  missing: 'These are not in the file:',
  download: 'Download',
  obsMenu: 'Export for OBS Studio',
  obsTitle: (name: string) => `Export ${name} for OBS Studio`,
  obsText: 'A scene collection that OBS imports: Scene Collection, Import. Files stay where they are; passwords are left out.',
  obsSystem: 'System that OBS runs on',
  obsSystems: { linux: 'Linux', windows: 'Windows', macos: 'macOS' },
  obsNotCarried: 'In another way, or not at all:',
  importBundle: 'Import a show with its media',
  imported: 'Imported show',
  duplicate: 'Duplicate this show',
  duplicated: (name: string) => `Saved as ${name}`,
  askOpen: 'Open a collection?',
  askOpenText: (name: string) => `A link asks to open the collection ${name}.`,
  replaces: (name: string) => `It takes the place of ${name}.`,
  isOpen: (name: string) => `${name} is open already.`,
  noSuchShow: (name: string) => `A link asks for the collection ${name}, which this host does not have.`,
  openShow: 'Open collection',
  askImport: (name: string) => `Import ${name}?`,
  askImportText: 'Nothing is imported until you say so. Import collections only from people whom you trust.',
  parts: (scenes: number, sources: number, outputs: number, macros: number) =>
    `${scenes === 1 ? '1 scene' : `${scenes} scenes`}, ${sources === 1 ? '1 source' : `${sources} sources`}, ${
      outputs === 1 ? '1 output' : `${outputs} outputs`
    }, ${macros === 1 ? '1 macro' : `${macros} macros`}.`,
  sourcesInside: 'Sources',
  urlsInside: 'URLs that it names',
  notImport: 'Do not import',
  importIt: 'Import collection',
} as const)
