import { pluralIn } from '../plural.ts'

const plural = pluralIn('es')

export const library = {
  title: 'Biblioteca',
  allFiles: 'Grabaciones, repeticiones y clips',
  files: (count: number) => plural(count, { one: '# archivo', other: '# archivos' }),
  search: 'Buscar por título, archivo u origen',
  kind: 'Tipo',
  allKinds: 'Todos los tipos',
  kinds: { recording: 'Grabación', replay: 'Repetición', clip: 'Clip' },
  kindsMany: { recording: 'Grabaciones', replay: 'Repeticiones', clip: 'Clips' },
  from: 'Origen',
  fromAnywhere: 'De cualquier origen',
  parts: { live: 'Emisiones', studio: 'Estudio' },
  order: 'Orden',
  orders: {
    newest: 'Más recientes primero',
    oldest: 'Más antiguos primero',
    title: 'Por título',
    longest: 'Más largos primero',
    largest: 'Más grandes primero',
  },
  started: 'Inicio',
  state: 'Estado',
  states: { writing: 'grabando', complete: 'completa', recovered: 'recuperada', failed: 'fallida' },
  stopItFirst: 'Detenla primero',
  titleChanged: 'Se cambió el título',
  path: 'En el equipo del servidor',
  empty: 'Aún no hay nada grabado',
  emptyText:
    'Aquí aparecen las grabaciones, repeticiones y clips de las emisiones y del estudio. Pulsa Grabar en el estudio o en una emisión en directo.',
  nothingFound: 'No se encontró nada',
  nothingFoundText: 'Ningún archivo cumple la búsqueda y los filtros.',
  trash: 'Papelera',
  trashText: 'Lo eliminado permanece aquí cinco minutos.',
  trashEmpty: 'La papelera está vacía.',
}
