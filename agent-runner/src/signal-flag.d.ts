/** A condition that others can wait for, again and again. */
export declare class SignalFlag {
    #private;
    get isUp(): boolean;
    raise(): void;
    lower(): void;
    /** Resolves at once while the flag is up; rejects with the signal's reason. */
    whenUp(signal: AbortSignal): Promise<void>;
}
