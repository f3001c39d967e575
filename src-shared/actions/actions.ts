/** Where an action is listed: a menu of the desktop window, and a section of the sheet of shortcuts. */
export const actionGroups = ['File', 'Edit', 'Playback', 'Loop and markers', 'View', 'Lane', 'Separate and repair', 'Train', 'Playground', 'Lab', 'App'] as const
export type ActionGroup = (typeof actionGroups)[number]

export interface ActionSpec {
  /** What the user reads in menus and in the sheet. */
  readonly name: string
  readonly group: ActionGroup
  /** Shortcuts until the user changes them, in the notation of `src-shared/actions/keys`. */
  readonly keys: readonly string[]
  /** Its shortcuts work while text is being typed, too; only for those with Ctrl or Cmd that text fields do not use. */
  readonly whileTyping?: boolean
  /** Holding its shortcut down does it again and again. */
  readonly repeats?: boolean
}

function action(group: ActionGroup, name: string, keys: readonly string[] = [], more: Pick<ActionSpec, 'whileTyping' | 'repeats'> = {}): ActionSpec {
  return { name, group, keys, ...more }
}

const whileTyping = { whileTyping: true }
const repeats = { repeats: true }

/** All that can be done by a shortcut or a menu, in the order in which menus and the sheet show it. */
export const actions = {
  'file.newProject': action('File', 'New project', ['Mod+N'], whileTyping),
  'file.openSong': action('File', 'Open songs…', ['Mod+O'], whileTyping),
  'file.openProject': action('File', 'Open project…', ['Mod+Shift+O'], whileTyping),
  'file.save': action('File', 'Save project', ['Mod+S'], whileTyping),
  'file.saveAs': action('File', 'Save project as…', ['Mod+Shift+S'], whileTyping),
  'file.export': action('File', 'Export…', ['Mod+Shift+E'], whileTyping),

  'edit.undo': action('Edit', 'Undo', ['Mod+Z'], repeats),
  'edit.redo': action('Edit', 'Redo', ['Mod+Shift+Z', 'Mod+Y'], repeats),
  'edit.delete': action('Edit', 'Delete what is selected', ['Delete', 'Backspace']),
  'edit.splitClip': action('Edit', 'Cut the clip at the playhead', ['C']),
  'edit.selectAll': action('Edit', 'Select everything', ['Mod+A']),
  'edit.selectFrom': action('Edit', 'Selection begins here', ['Shift+I']),
  'edit.selectTo': action('Edit', 'Selection ends here', ['Shift+O']),
  'edit.deselect': action('Edit', 'Select nothing', ['Escape']),

  'playback.toggle': action('Playback', 'Play or stop', ['Space']),
  'playback.back': action('Playback', 'Back 1 second', ['Left'], repeats),
  'playback.forward': action('Playback', 'Forward 1 second', ['Right'], repeats),
  'playback.backFar': action('Playback', 'Back 5 seconds', ['Shift+Left'], repeats),
  'playback.forwardFar': action('Playback', 'Forward 5 seconds', ['Shift+Right'], repeats),
  'playback.toStart': action('Playback', 'To the beginning', ['Home']),
  'playback.toEnd': action('Playback', 'To the end', ['End']),
  'playback.compareMix': action('Playback', 'Compare with the mix (A/B)', ['A']),
  'playback.spectralSelection': action('Playback', 'Play only the spectral selection', ['Q']),
  'playback.blindTest': action('Playback', 'Blind test (A/B/X)…'),

  'loop.toggle': action('Loop and markers', 'Loop on or off', ['L']),
  'loop.selection': action('Loop and markers', 'Loop the selection', ['Shift+L']),
  'loop.in': action('Loop and markers', 'Loop begins here', ['I']),
  'loop.out': action('Loop and markers', 'Loop ends here', ['O']),
  'marker.add': action('Loop and markers', 'Add a marker', ['B']),
  'marker.previous': action('Loop and markers', 'To the previous marker', ['[']),
  'marker.next': action('Loop and markers', 'To the next marker', [']']),

  'view.zoomIn': action('View', 'Zoom in', ['Plus', '='], repeats),
  'view.zoomOut': action('View', 'Zoom out', ['-'], repeats),
  'view.zoomSelection': action('View', 'Zoom to the selection', ['Z']),
  'view.fit': action('View', 'Show the whole project', ['F']),
  'view.events': action('View', 'List of events', ['E']),
  'view.queue': action('View', 'Queue of jobs', ['J']),
  'view.studio': action('View', 'Studio', ['Shift+S']),
  'view.train': action('View', 'Training', ['Shift+T']),
  'view.models': action('View', 'Models', ['Shift+M']),
  'view.playground': action('View', 'Playground', ['Shift+P']),
  'view.lab': action('View', 'Lab', ['Shift+B']),

  'lane.previous': action('Lane', 'Lane above', ['Up'], repeats),
  'lane.next': action('Lane', 'Lane below', ['Down'], repeats),
  'lane.solo': action('Lane', 'Solo the lane', ['S']),
  'lane.mute': action('Lane', 'Mute the lane', ['M']),
  'lane.view': action('Lane', 'Waveform, spectrogram or both', ['V']),

  'split.clip': action('Separate and repair', 'Split the clip into vocals and music…', ['Mod+Enter']),
  'split.selection': action('Separate and repair', 'Split only the selection…', ['Mod+Shift+Enter']),
  'tool.select': action('Separate and repair', 'Tool: select time', ['1']),
  'tool.box': action('Separate and repair', 'Tool: select a box of the spectrogram', ['2']),
  'tool.lasso': action('Separate and repair', 'Tool: select with the lasso', ['3']),
  'tool.brush': action('Separate and repair', 'Tool: select with the brush', ['4']),
  'repair.moveToOther': action('Separate and repair', 'Move to the other stem', ['X']),
  'doubt.toggle': action('Separate and repair', 'Show where the model is guessing', ['G']),
  'doubt.previous': action('Separate and repair', 'To the previous doubtful spot', ['Shift+D']),
  'doubt.next': action('Separate and repair', 'To the next doubtful spot', ['D']),
  'find.open': action('Separate and repair', 'Find a sound…', ['H']),
  'find.previous': action('Separate and repair', 'To the sound found before', ['Shift+G']),
  'find.next': action('Separate and repair', 'To the next sound found', ['Shift+H']),

  'train.addData': action('Train', 'Add training data…', ['Shift+N']),
  'train.newRun': action('Train', 'New training…', ['N']),
  'train.pause': action('Train', 'Pause the training, or go on with it', ['P']),
  'train.snapshot': action('Train', 'Keep what was learned until now…', ['K']),
  'train.previousCheckpoint': action('Train', 'Hear the checkpoint before', [','], repeats),
  'train.nextCheckpoint': action('Train', 'Hear the next checkpoint', ['.'], repeats),
  'train.stop': action('Train', 'Stop, and keep the best…', ['Shift+K']),

  'playground.pair': action('Playground', 'Another pair of pictures', ['R']),
  'playground.first': action('Playground', 'Another digit', ['T']),
  'playground.second': action('Playground', 'Another garment', ['Y']),
  'playground.rule': action('Playground', 'Next mixing rule', ['U']),

  'lab.make': action('Lab', 'Make a sound', ['W']),

  'app.settings': action('App', 'Settings…', ['Mod+,'], whileTyping),
  'app.shortcuts': action('App', 'Shortcuts…', ['?']),
} as const satisfies Record<string, ActionSpec>

export type ActionId = keyof typeof actions

export const actionIds = Object.keys(actions) as [ActionId, ...ActionId[]]

/** Returns what is known of an action. */
export function actionSpec(id: ActionId): ActionSpec {
  return actions[id]
}

/** True for the id of an action that this version knows. */
export function isActionId(id: string): id is ActionId {
  return Object.hasOwn(actions, id)
}
