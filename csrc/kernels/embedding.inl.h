// Rows of a table by their numbers. Included inside an ISA namespace.

template <class T>
void gather_rows(const T* numbers, Matrix<const T> table, Matrix<T> y) {
    for (Index i = 0; i < y.rows; ++i) {
        const T* const row = table.at(static_cast<Index>(numbers[i]), 0);
        T* const to = y.at(i, 0);
        for (Index j = 0; j < y.cols; ++j) to[j] = row[j];
    }
}

template <class T>
void add_to_rows(const T* numbers, Matrix<const T> y, Range mine, Matrix<T> table) {
    for (Index i = 0; i < y.rows; ++i) {
        const auto number = static_cast<Index>(numbers[i]);
        if (number < mine.begin || number >= mine.end) continue;
        const T* const from = y.at(i, 0);
        T* const row = table.at(number, 0);
        for (Index j = 0; j < y.cols; ++j) row[j] += from[j];
    }
}

/// What `found` holds of a row is believed if the list agrees (Briggs and Torczon, 1993): so it
/// need not be cleared.
template <class T>
Index list_rows(const T* numbers, Index count, T* found, T* rows, T* places) {
    Index listed = 0;
    for (Index i = 0; i < count; ++i) {
        T& place = found[static_cast<Index>(numbers[i])];
        const bool within = place >= 0 && place < static_cast<T>(listed);
        if (!within || rows[static_cast<Index>(place)] != numbers[i]) {
            place = static_cast<T>(listed);
            rows[listed++] = numbers[i];
        }
        places[i] = place;
    }
    for (Index i = listed; i < count; ++i) rows[i] = 0;
    return listed;
}

template <class T>
constexpr EmbeddingKernels<T> embedding_kernels = {&gather_rows<T>, &add_to_rows<T>, &list_rows<T>};
