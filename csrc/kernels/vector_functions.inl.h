// The vector functions by name. Included inside an ISA namespace, after simd/math.inl.h.

template <class T, Vec<T> (*function)(Vec<T>)>
void apply(const T* x, T* y, Index count) {
    using V = Vec<T>;
    for (Index i = 0; i < count; i += lanes<V>) {
        store_up_to<V>(y + i, function(load_up_to<V>(x + i, count - i)), count - i);
    }
}

template <class T>
constexpr std::array<VectorFunction<T>, 7> vector_functions{{
    {"exp", &apply<T, &exp<Vec<T>>>},
    {"expm1", &apply<T, &expm1<Vec<T>>>},
    {"log", &apply<T, &log<Vec<T>>>},
    {"log1p", &apply<T, &log1p<Vec<T>>>},
    {"tanh", &apply<T, &tanh<Vec<T>>>},
    {"erf", &apply<T, &erf<Vec<T>>>},
    {"sigmoid", &apply<T, &sigmoid<Vec<T>>>},
}};
