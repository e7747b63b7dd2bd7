/** What a shape is. */
export interface Shape {
    kind: string;
    area(scale: number): number;
}

export type Point = { x: number; y: number };

export namespace geometry.flat {
    export enum Side { Left, Right }

    /** A square. */
    @sealed
    export abstract class Square<T> implements Shape {
        constructor(private readonly side: number) {}

        abstract area(scale: number): number;

        /** Grows it. */
        grow<K>(by: number): Square<T> {
            return this;
        }
    }
}

export function parse(text: string): Point;
export function parse(text: any) {
    return JSON.parse(text);
}

const double = (value: number): number => value * 2;
