// What the pages use of htm-preact.js, for `tsc`. A state that begins with nothing may become anything.

type Set<T> = (next: T | ((before: T) => T)) => void;

export function html(strings: TemplateStringsArray, ...values: any[]): any;
export function render(node: any, parent: Element | null): void;
export function useState(first?: undefined): [any, Set<any>];
export function useState(first: never[]): [any[], Set<any[]>];
export function useState<T>(first: T | (() => T)): [T, Set<T>];
export function useEffect(effect: () => void | (() => void), inputs?: any[]): void;
export function useRef(first: null): { current: any };
export function useRef<T>(first: T): { current: T };
